interface Greeting {
  name?: unknown
  /** Of a request to the function's URL. */
  queryStringParameters?: { name?: string }
}

interface Context {
  awsRequestId: string
  getRemainingTimeInMillis(): number
}

/** Greets whoever the event names: `{"name": "Ada"}`, or `?name=Ada` through a function URL. */
export async function handler(event: Greeting, context: Context) {
  const name = event.name ?? event.queryStringParameters?.name ?? 'world'
  if (typeof name !== 'string') throw new TypeError('"name" must be a string')
  console.log(`Greeting ${name}`)
  return {
    message: `Hello, ${name}!`,
    requestId: context.awsRequestId,
    remainingMs: context.getRemainingTimeInMillis(),
  }
}
