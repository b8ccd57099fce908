import assert from "node:assert/strict";
import test from "node:test";
import { ageText, spanText } from "../src/state/clock.ts";

test("an age is said in its largest unit", () => {
  const second = 1_000;
  const table: [number, string][] = [
    [-50, "just now"],
    [999, "just now"],
    [5 * second, "5 s ago"],
    [59 * second, "59 s ago"],
    [60 * second, "1 min ago"],
    [3_599 * second, "59 min ago"],
    [3_600 * second, "1 h ago"],
    [86_400 * second, "1 d ago"],
    [400 * 86_400 * second, "400 d ago"],
  ];
  for (const [age, text] of table) assert.equal(ageText(age), text);
});

test("a span is said in its largest unit, and none is below nothing", () => {
  const table: [number, string][] = [[-5_000, "0 s"], [0, "0 s"], [1_999, "1 s"], [61_000, "1 min"], [7_200_000, "2 h"], [400 * 86_400_000, "400 d"]];
  for (const [span, text] of table) assert.equal(spanText(span), text);
});
