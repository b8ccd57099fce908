/**
 * What an answer can be other than a success: a problem of RFC 9457, or no answer at all. It refuses to know what was
 * asked.
 */
import { toPlain } from "../json/json.ts";
