/** A sandbox with code in it is not used for longer: what it was given at init (temporary credentials) grows old. */
export const SANDBOX_AGE_MS_MAX = 60 * 60_000
