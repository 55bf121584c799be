/** The handler of the rehearsal: as small as one can be. */
export const handler = async (event: unknown) => ({ event })
