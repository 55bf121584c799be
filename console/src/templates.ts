export interface Template {
  id: string
  title: string
  about: string
  file: string
  source: string
}

/** What a new function may begin as: one file each, without packages, so that it can be edited here. */
export const TEMPLATES: readonly Template[] = [
  {
    id: 'hello',
    title: 'Hello',
    about: 'Takes an event, gives an answer',
    file: 'index.ts',
    source: `interface Event {
  name?: string
}

export const handler = async (event: Event) => {
  console.log('Greeting', event.name ?? 'nobody in particular')
  return { hello: event.name ?? 'world' }
}
`,
  },
  {
    id: 'web',
    title: 'Web page',
    about: 'Answers HTTP at an address of its own: give it one under Triggers',
    file: 'index.ts',
    source: `interface Request {
  rawPath: string
  queryStringParameters?: Record<string, string>
}

export const handler = async ({ rawPath, queryStringParameters }: Request) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ path: rawPath, query: queryStringParameters ?? {} }),
})
`,
  },
  {
    id: 'object',
    title: 'Object in a bucket',
    about: 'Runs when an object lands in a bucket: name the bucket under Triggers',
    file: 'index.ts',
    source: `interface ObjectEvent {
  Records: { s3: { bucket: { name: string }; object: { key: string; size?: number } } }[]
}

export const handler = async ({ Records }: ObjectEvent) => {
  for (const { s3 } of Records) {
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '))
    console.log(\`\${s3.bucket.name}/\${key}: \${s3.object.size ?? 0} bytes\`)
  }
  return { seen: Records.length }
}
`,
  },
  {
    id: 'schedule',
    title: 'Schedule',
    about: 'Runs by the clock: set when under Triggers',
    file: 'index.ts',
    source: `export const handler = async (event: { time?: string }) => {
  console.log('It is', event.time ?? new Date().toISOString())
}
`,
  },
  {
    id: 'event',
    title: 'Event',
    about: 'Runs for the CloudEvents that fit a pattern, which is set under Triggers',
    file: 'index.ts',
    source: `interface CloudEvent {
  id: string
  type: string
  data?: unknown
}

export const handler = async ({ id, type, data }: CloudEvent) => {
  console.log(JSON.stringify({ level: 'info', message: 'Event', id, type }))
  return data
}
`,
  },
]
