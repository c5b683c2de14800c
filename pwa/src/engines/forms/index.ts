/** The engine of forms: what screens, tablets and the designer ask of it. */
export { check } from "./check";
export { evaluate, planOf, signedDigest } from "./evaluate";
export { isDefinition, look } from "./shape";
