import { useAction } from '../action.ts'
import { call, path } from '../api.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Outcome } from '../parts/notice.tsx'
import { go } from '../router.tsx'
import { forgetUnsaved } from '../unsaved.ts'
import { AsyncSettings } from './async-settings.tsx'
import { Environment } from './environment.tsx'
import { Limits } from './limits.tsx'
import type { PartProps } from './part-props.ts'
import { ProvisionedConcurrency } from './provisioned.tsx'
import { Secrets } from './secrets.tsx'
import { Surroundings } from './surroundings.tsx'

/** All that the function is given beside its code. */
export function Configuration(props: PartProps) {
  const { name } = props.definition
  return (
    <section>
      <h2 class="unseen">Configuration</h2>
      <Limits {...props} />
      <Environment {...props} />
      <Secrets name={name} />
      <Surroundings {...props} />
      <AsyncSettings name={name} />
      <ProvisionedConcurrency name={name} />
      <Delete name={name} />
    </section>
  )
}

function Delete({ name }: { name: string }) {
  const action = useAction()
  const remove = () =>
    action.run(async () => {
      await call(`DELETE ${path`/functions/${name}`}`)
      forgetUnsaved()
      go('functions')
      return undefined
    })
  return (
    <section class="card" aria-label="Delete">
      <h3>Delete</h3>
      <p>
        Its code, versions, triggers, address and log go with it; what waits in its queue fails.
      </p>
      <Confirm
        label="Delete this function"
        question={`Delete ${name} for good?`}
        yes="Delete"
        onYes={remove}
        isDisabled={action.isRunning}
      />
      <Outcome action={action} what="deleting functions" />
    </section>
  )
}
