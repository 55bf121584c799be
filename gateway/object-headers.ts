/** An object may be a page with scripts; shown from here, it must not use the API as its viewer. */
export const HARMLESS = {
  'content-security-policy': 'sandbox',
  'x-content-type-options': 'nosniff',
}
