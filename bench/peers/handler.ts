/** What every function of the bench does, ours and the peers': the body of its handler is the same. */
export const EVENT = JSON.stringify({ n: 1 })
export const HANDLER = 'async (event) => ({ ok: true, n: event.n })'
export const SOURCE = `export const handler = ${HANDLER}\n`
export const COMMON_JS = `exports.handler = ${HANDLER}\n`
