/** The engine of forms: what screens, tablets and the designer ask of it. */
export { check } from "./check";
export { evaluate, signedDigest, verdictOf } from "./evaluate";
export { scopeOf } from "./plan";
export { look } from "./shape";
