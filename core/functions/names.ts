import { type Egress, type FunctionConfiguration, MAX_ENVIRONMENT_BYTES } from './function.ts'

/** Set by the platform itself in every sandbox; Lambda refuses the same ones. */
const RESERVED_VARIABLES: ReadonlySet<string> = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
])
const RESERVED_PREFIX = '_LAMBDA_'

/** Read once, when Node boots or first needs them: too late in a sandbox that has booted. */
const BOOT_VARIABLES =
  /^(NODE_OPTIONS|NODE_EXTRA_CA_CERTS|NODE_ICU_DATA|UV_THREADPOOL_SIZE|LD_PRELOAD|MALLOC_[A-Z_]+)$/

/** Lambda's rule for the names of variables. */
const VARIABLE_NAME = /^[a-zA-Z][a-zA-Z0-9_]+$/

/** Whether the platform sets this variable itself. */
export function isReservedVariable(name: string): boolean {
  return RESERVED_VARIABLES.has(name) || name.startsWith(RESERVED_PREFIX)
}

/** Whether it only counts where it is there before the sandbox starts. */
export function isBootVariable(name: string): boolean {
  return BOOT_VARIABLES.test(name)
}

/** Bytes of an environment as Lambda measures it: its JSON. */
export function environmentBytes(environment: Record<string, string>): number {
  return Buffer.byteLength(JSON.stringify(environment))
}

/** What a schema cannot say of a configuration: every reason to refuse it, none where it is good. */
export function configurationMistakes(
  configuration: Partial<Pick<FunctionConfiguration, 'environment' | 'egress'>>,
): string[] {
  const { environment = {}, egress = 'public' } = configuration
  return [...environmentMistakes(environment), ...egressMistakes(egress)]
}

function egressMistakes(egress: Egress): string[] {
  if (typeof egress === 'string') return []
  return egress
    .filter((target) => !isPort(Number(target.slice(target.lastIndexOf(':') + 1))))
    .map((target) => `egress ${JSON.stringify(target)} has a port that is not 1 to 65535`)
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535
}

function environmentMistakes(environment: Record<string, string>): string[] {
  const mistakes: string[] = []
  for (const [name, value] of Object.entries(environment)) {
    const shown = JSON.stringify(name.slice(0, 100))
    if (isReservedVariable(name)) {
      mistakes.push(`environment ${shown} is reserved: the platform sets it`)
    } else if (!VARIABLE_NAME.test(name)) {
      mistakes.push(
        `environment ${shown} must have two characters or more: a letter, then letters, digits and "_"`,
      )
    }
    if (value.includes('\0')) mistakes.push(`environment ${shown} has a NUL character in its value`)
  }
  const bytes = environmentBytes(environment)
  if (bytes > MAX_ENVIRONMENT_BYTES) {
    mistakes.push(`environment is ${bytes} bytes as JSON; ${MAX_ENVIRONMENT_BYTES} are allowed`)
  }
  return mistakes
}
