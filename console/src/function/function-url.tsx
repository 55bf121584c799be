import { useState } from 'preact/hooks'
import { useAction } from '../action.ts'
import { call, path, query } from '../api.ts'
import { useForm } from '../form.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Choice, TextField } from '../parts/field.tsx'
import { Failure, Outcome } from '../parts/notice.tsx'
import { useResource } from '../resource.ts'
import type { FunctionUrl as Address } from '../types.ts'
import { useAliasOptions } from './qualifiers.ts'
import { asText, wordsOf } from './words.ts'

const WHO = [
  ['NONE', 'anybody'],
  ['AWS_IAM', 'who signs for it'],
] as const

const MODES = [
  ['BUFFERED', 'whole'],
  ['RESPONSE_STREAM', 'as it is written'],
] as const

const CREDENTIALS = [
  ['', 'without credentials'],
  ['yes', 'with credentials'],
] as const

/** The addresses at which the function, and each alias, answers HTTP. */
export function FunctionUrl({ name }: { name: string }) {
  const [qualifier, setQualifier] = useState('')
  const aliases = useAliasOptions(name)
  const route = path`/functions/${name}/url` + query({ qualifier })
  const found = useResource<Address>(route)
  const isMissing = found.error?.status === 404 && !found.error.isNotOffered
  const action = useAction(found.reload)
  const take = () =>
    action.run(async () => {
      await call(`DELETE ${route}`)
      return undefined
    })
  return (
    <section class="card" aria-label="Address">
      <h3>Address</h3>
      {aliases.length > 1 && (
        <div class="row">
          <Choice label="Of" value={qualifier} options={aliases} onChoice={setQualifier} />
        </div>
      )}
      {!isMissing && <Failure error={found.error} what="addresses of functions" />}
      {isMissing && (
        <p>It has no address of its own. With one it answers any HTTP request there.</p>
      )}
      {!isMissing && found.data && (
        <div class="row">
          <a href={found.data.url} rel="noreferrer" target="_blank" class="id">
            {found.data.url}
          </a>
          <Confirm
            label="Remove"
            question="Nobody will reach it there again."
            onYes={take}
            isDisabled={action.isRunning}
          />
        </div>
      )}
      {(isMissing || found.data) && (
        <AddressForm
          key={qualifier}
          route={route}
          address={isMissing ? undefined : found.data}
          reload={found.reload}
        />
      )}
      <Outcome action={action} what="addresses of functions" />
    </section>
  )
}

interface AddressFormProps {
  route: string
  address: Address | undefined
  reload(): void
}

function AddressForm({ route, address, reload }: AddressFormProps) {
  const save = async (changed: Partial<Entered>, all: Entered) => {
    const { authType, invokeMode, ...rules } = all
    const isOfRules = Object.keys(changed).some((field) => field in rules)
    await call(`PUT ${route}`, {
      json: { authType, invokeMode, ...(isOfRules && { cors: corsOf(all) }) },
    })
    return address === undefined ? 'It has an address' : 'Saved: its next request goes by it'
  }
  const form = useForm(enteredOf(address), save, reload)
  const { entered, change, submit, action, isChanged } = form
  return (
    <form onSubmit={submit} aria-label="Address">
      <div class="row">
        <Choice
          label="Open to"
          value={entered.authType}
          options={WHO}
          onChoice={change('authType')}
        />
        <Choice
          label="Answers"
          value={entered.invokeMode}
          options={MODES}
          onChoice={change('invokeMode')}
        />
        <button type="submit" disabled={action.isRunning || (address !== undefined && !isChanged)}>
          {address === undefined ? 'Give it an address' : 'Save'}
        </button>
      </div>
      <details>
        <summary>Pages of other origins (CORS)</summary>
        <div class="row">
          {RULES.map(([field, label, hint]) => (
            <TextField
              key={field}
              label={label}
              value={entered[field]}
              onText={change(field)}
              hint={hint}
            />
          ))}
          <Choice
            label="Requests"
            value={entered.credentials}
            options={CREDENTIALS}
            onChoice={change('credentials')}
          />
        </div>
      </details>
      <Outcome action={action} what="addresses of functions" />
    </form>
  )
}

const RULES = [
  ['origins', 'Origins', 'https://shop.example, or *'],
  ['methods', 'Methods', 'GET, POST, or *'],
  ['headers', 'Headers they send', 'content-type, or *'],
  ['exposed', 'Headers they read', ''],
  ['maxAge', 'Kept for (s)', '0 to 86,400'],
] as const

function enteredOf(address: Address | undefined) {
  const { authType = 'NONE', invokeMode = 'BUFFERED', cors = {} } = address ?? {}
  return {
    authType: authType as string,
    invokeMode: invokeMode as string,
    origins: asText(cors.AllowOrigins),
    methods: asText(cors.AllowMethods),
    headers: asText(cors.AllowHeaders),
    exposed: asText(cors.ExposeHeaders),
    maxAge: cors.MaxAge === undefined ? '' : String(cors.MaxAge),
    credentials: cors.AllowCredentials ? 'yes' : '',
  }
}

type Entered = ReturnType<typeof enteredOf>

/** Without any rule it is empty, which takes the rules away. */
function corsOf({ origins, methods, headers, exposed, maxAge, credentials }: Entered): object {
  return {
    ...(origins !== '' && { AllowOrigins: wordsOf(origins) }),
    ...(methods !== '' && { AllowMethods: wordsOf(methods) }),
    ...(headers !== '' && { AllowHeaders: wordsOf(headers) }),
    ...(exposed !== '' && { ExposeHeaders: wordsOf(exposed) }),
    ...(maxAge !== '' && { MaxAge: Number(maxAge) }),
    ...(credentials !== '' && { AllowCredentials: true }),
  }
}
