/** What a verification answers: whether all is right, and if not, which entry is the first wrong one and why. */
import { CoreError } from "../core/types";

/** The fields of `pestle verify --json` (sync/verify/result.py). `size` and `root` (hex) are the signed checkpoint's,
 * null when it could not be trusted; `policy` says whether the keys came from elsewhere or from beside the checked
 * bytes; `witnessed` is in Unix seconds. The last five are a dossier's. */
export interface Result {
  ok: boolean;
  size: number | null;
  root: string | null;
  first_wrong: number | null;
  reason: string | null;
  code: string | null;
  policy: "given" | "beside";
  withheld: number;
  erased: number;
  witnessed: Record<string, number>;
  stream?: string;
  entries?: number;
  sealed_at?: number | null;
  stamped_at?: string | null;
  stamp_checked?: boolean;
}

/** A rule that the checked bytes break; `index` is the entry's, null where no single entry can be named. */
export class Wrong extends CoreError {
  constructor(code: string, readonly detail: string, readonly index: number | null) {
    super(code, detail);
  }
}

export function fault(code: string, detail: string): CoreError {
  return new CoreError(code, detail);
}

export function start(given: boolean): Result {
  return {
    ok: false, size: null, root: null, first_wrong: null, reason: null, code: null,
    policy: given ? "given" : "beside", withheld: 0, erased: 0, witnessed: {},
  };
}

/** The result with what was wrong; anything but a broken rule is a mistake of ours and goes on. */
export function failed(result: Result, error: unknown): Result {
  if (!(error instanceof CoreError)) throw error;
  const index = error instanceof Wrong ? error.index : null;
  const words = `${error.code}: ${error.message}`;
  const reason = index === null ? words : `entry ${index}: ${words}`;
  return { ...result, ok: false, code: error.code, reason, first_wrong: index };
}
