import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { path } from '../api.ts'
import { ago } from '../format.ts'
import { Loaded } from '../parts/notice.tsx'
import { State } from '../parts/state.tsx'
import { useResource } from '../resource.ts'
import { Link } from '../router.tsx'
import type { FunctionDefinition } from '../types.ts'
import { Code } from './code.tsx'
import { Configuration } from './configuration.tsx'
import { InvocationPage } from './invocation-page.tsx'
import { Invocations } from './invocations.tsx'
import { LiveLogs } from './live-logs.tsx'
import { Overview } from './overview.tsx'
import type { PartProps } from './part-props.ts'
import { TestPane } from './test-pane.tsx'
import { Triggers } from './triggers.tsx'
import { Versions } from './versions.tsx'

const TABS = [
  ['overview', 'Overview'],
  ['code', 'Code'],
  ['test', 'Test'],
  ['invocations', 'Invocations'],
  ['logs', 'Logs'],
  ['triggers', 'Triggers'],
  ['configuration', 'Configuration'],
  ['versions', 'Versions'],
] as const

/** What a change has answered, which holds over what was `read` before, until it is read again. */
interface Taken {
  definition: FunctionDefinition
  over: FunctionDefinition
}

/** One function, in parts; each has an address of its own. */
export function FunctionPage({ name, rest }: { name: string; rest: readonly string[] }) {
  const found = useResource<FunctionDefinition>(path`/functions/${name}`)
  const [taken, setTaken] = useState<Taken>()
  const [tab = 'overview', id] = rest
  return (
    <>
      <p class="trail">
        <Link to={['functions']}>Functions</Link> <span aria-hidden="true">/</span>
      </p>
      <h1>{name}</h1>
      <Loaded of={found} what="this function">
        {(read) => {
          const definition = taken?.over === read ? taken.definition : read
          const take = (changed: FunctionDefinition) =>
            setTaken({ definition: changed, over: read })
          return (
            <>
              <About of={definition} />
              <nav class="places tabs" aria-label={`Parts of ${name}`}>
                {TABS.map(([to, title]) => (
                  <Link key={to} to={['functions', name, to]} isCurrent={tab === to}>
                    {title}
                  </Link>
                ))}
              </nav>
              {partOf(tab, id, { definition, take, reload: found.reload })}
            </>
          )
        }}
      </Loaded>
    </>
  )
}

function About({ of }: { of: FunctionDefinition }) {
  return (
    <>
      {of.description !== '' && <p class="description">{of.description}</p>}
      <p class="facts">
        <State of={of.state} />
        <span>{of.runtime}</span>
        <span>{of.memoryMb} MB</span>
        <span>at most {of.timeoutSeconds} s</span>
        <span title={of.lastModified}>changed {ago(of.lastModified)}</span>
      </p>
    </>
  )
}

function partOf(tab: string, id: string | undefined, props: PartProps): ComponentChildren {
  if (tab === 'code') return <Code {...props} />
  if (tab === 'test') return <TestPane {...props} />
  if (tab === 'invocations' && id !== undefined)
    return <InvocationPage key={id} id={id} {...props} />
  if (tab === 'invocations') return <Invocations {...props} />
  if (tab === 'logs') return <LiveLogs {...props} />
  if (tab === 'triggers') return <Triggers {...props} />
  if (tab === 'configuration') return <Configuration {...props} />
  if (tab === 'versions') return <Versions {...props} />
  return <Overview {...props} />
}
