import { useState } from 'preact/hooks'
import { useAction } from '../action.ts'
import { call, path } from '../api.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Choice } from '../parts/field.tsx'
import { Failure, Outcome } from '../parts/notice.tsx'
import { useResource } from '../resource.ts'

interface Address {
  url: string
  authType: string
  invokeMode: string
}

const WHO = [
  ['NONE', 'anybody'],
  ['AWS_IAM', 'who signs for it'],
] as const

/** The address at which the function answers HTTP. */
export function FunctionUrl({ name }: { name: string }) {
  const route = path`/functions/${name}/url`
  const found = useResource<Address>(route)
  const [authType, setAuthType] = useState('NONE')
  const action = useAction()
  const isMissing = found.error?.status === 404 && !found.error.isNotOffered
  const give = () =>
    action.run(async () => {
      await call(`PUT ${route}`, { json: { authType } })
      found.reload()
      return undefined
    })
  const take = () =>
    action.run(async () => {
      await call(`DELETE ${route}`)
      found.reload()
      return undefined
    })
  return (
    <section class="card" aria-label="Address">
      <h3>Address</h3>
      {!isMissing && <Failure error={found.error} what="addresses of functions" />}
      {isMissing ? (
        <>
          <p>It has no address of its own. With one it answers any HTTP request there.</p>
          <div class="row">
            <Choice label="Open to" value={authType} options={WHO} onChoice={setAuthType} />
            <button type="button" disabled={action.isRunning} onClick={give}>
              Give it an address
            </button>
          </div>
        </>
      ) : (
        found.data && (
          <div class="row">
            <a href={found.data.url} rel="noreferrer" target="_blank" class="id">
              {found.data.url}
            </a>
            <span class="faint">
              {found.data.authType}, {found.data.invokeMode}
            </span>
            <Confirm
              label="Remove"
              question="Nobody will reach it there again."
              onYes={take}
              isDisabled={action.isRunning}
            />
          </div>
        )
      )}
      <Outcome action={action} what="addresses of functions" />
    </section>
  )
}
