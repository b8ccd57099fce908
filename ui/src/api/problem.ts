/**
 * What an answer can be other than a success: a problem of RFC 9457, or no answer at all. It does not know what was
 * asked.
 */
import { parseAnswer } from "../json/read.ts";
import { type Json, type JsonObject, JsonNumber, isObject } from "../json/value.ts";
import { problems } from "../texts.ts";

/** `line`, `column`: where it is in a text that was sent, both from 1. */
export type Finding = { pointer: string; message: string; line?: number; column?: number };

export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: Finding[];
  /** On a 412: the tag of the current state; absent if the server does not exist. */
  current_etag?: string;
  current?: JsonObject;
  changed?: string[];
  required_scope?: string;
  error_id?: string;
  /** What was wrong with an MCP server. */
  fault?: { kind: string; message: string; detail?: string };
  /** Seconds. */
  retryAfter?: number;
};

export type Failure = { problem: Problem } | { offline: true };

export type Result<T> = { ok: T } | Failure;

/** Whether a problem is of this type: `bound-secret`. */
export function isOf(problem: Problem, slug: string): boolean {
  return problem.type === `/problems/${slug}`;
}

const GATEWAY = [502, 503, 504];

/** Whether a proxy answers, because it can't reach the service: what the service says itself is a problem of RFC 9457. */
export function isFromBetween({ status, headers }: Response): boolean {
  return GATEWAY.includes(status) && headers.get("Content-Type")?.startsWith("application/problem+json") !== true;
}

/** The problem that an answer is; one of our own making where a proxy or the like has answered. */
export function problemOf(response: Response, text: string): Problem {
  const fields = membersOf(text);
  const word = (name: string) => {
    const value = fields.get(name);
    return typeof value === "string" ? value : undefined;
  };
  const status = fields.get("status");
  const problem: Problem = {
    type: word("type") ?? "about:blank",
    title: word("title") ?? problems.answered(response.status),
    status: status instanceof JsonNumber ? status.valueOf() : response.status,
    detail: word("detail") ?? "",
  };
  const errors = fields.get("errors");
  if (Array.isArray(errors)) problem.errors = errors.flatMap(finding);
  const current = fields.get("current");
  if (isObject(current)) problem.current = current;
  const changed = fields.get("changed");
  if (Array.isArray(changed)) problem.changed = changed.filter((pointer) => typeof pointer === "string");
  for (const name of ["current_etag", "required_scope", "error_id"] as const) {
    const value = word(name);
    if (value !== undefined) problem[name] = value;
  }
  const fault = fields.get("fault");
  if (isObject(fault)) problem.fault = faultOf(fault);
  const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
  if (Number.isFinite(seconds)) problem.retryAfter = seconds;
  return problem;
}

function membersOf(text: string): JsonObject {
  try {
    const value = parseAnswer(text);
    return isObject(value) ? value : new Map();
  } catch {
    return new Map();
  }
}

function faultOf(fault: JsonObject): NonNullable<Problem["fault"]> {
  const [kind, message, detail] = ["kind", "message", "detail"].map((name) => fault.get(name));
  return { kind: String(kind), message: String(message ?? ""), ...(typeof detail === "string" && { detail }) };
}

function finding(error: Json): Finding[] {
  if (!isObject(error)) return [];
  const [pointer, message] = [error.get("pointer"), error.get("message")];
  if (typeof pointer !== "string" || typeof message !== "string") return [];
  const [line, column] = [error.get("line"), error.get("column")];
  const place = line instanceof JsonNumber && column instanceof JsonNumber ? { line: line.valueOf(), column: column.valueOf() } : {};
  return [{ pointer, message, ...place }];
}

/** A failure as a problem: one of our own making where there was no answer. */
export function problemIn(failure: Failure): Problem {
  return "problem" in failure ? failure.problem : { type: "about:blank", status: 0, ...problems.offline };
}

/** The problem that was read as plain JSON elsewhere. */
export function problemFrom(status: number, fields: unknown): Problem {
  const members = typeof fields === "object" && fields !== null ? (fields as Record<string, unknown>) : {};
  const word = (name: string, otherwise: string) => (typeof members[name] === "string" ? members[name] : otherwise);
  return {
    type: word("type", "about:blank"),
    title: word("title", problems.answered(status)),
    status,
    detail: word("detail", ""),
  };
}
