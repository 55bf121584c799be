import { useEffect, useState } from 'preact/hooks'
import type { Answer } from '../../api/shapes.ts'
import { useAction } from './action.ts'
import { call, SIGNED_OUT } from './api.ts'
import { FunctionPage } from './function/function-page.tsx'
import { BucketPage } from './pages/bucket-page.tsx'
import { CreateFunction } from './pages/create-function.tsx'
import { FunctionsPage } from './pages/functions-page.tsx'
import { HealthPage } from './pages/health-page.tsx'
import { QueuePage } from './pages/queue-page.tsx'
import { SandboxesPage } from './pages/sandboxes-page.tsx'
import { SignIn } from './pages/sign-in.tsx'
import { StoragePage } from './pages/storage-page.tsx'
import { Boundary } from './parts/boundary.tsx'
import { Empty, Failure, Outcome } from './parts/notice.tsx'
import { ThemeSwitch } from './parts/theme-switch.tsx'
import { useResource } from './resource.ts'
import { Link, usePath } from './router.tsx'

type Session = Answer<'/console/session'>

/** A platform that cannot be reached is asked again. */
const AGAIN_MS = 3000

/** The whole console: who is signed out sees the way in, everybody else the page that the address names. */
export function App() {
  const session = useResource<Session>('/console/session', (known) =>
    known ? undefined : AGAIN_MS,
  )
  const [isOut, setIsOut] = useState(false)
  useEffect(() => {
    const leave = () => setIsOut(true)
    window.addEventListener(SIGNED_OUT, leave)
    return () => window.removeEventListener(SIGNED_OUT, leave)
  }, [])
  if (!session.data) {
    return (
      <main class="page">
        <Failure error={session.error} what="sessions" />
      </main>
    )
  }
  const { signedIn, needsKey, refusal } = session.data
  const enter = () => {
    setIsOut(false)
    session.reload()
  }
  // A session that ends takes nothing away that is being edited: its page waits under the way in.
  return (
    <>
      {(isOut || !signedIn) && <SignIn refusal={refusal} onSignedIn={enter} />}
      {signedIn && (
        <div hidden={isOut}>
          <SignedIn needsKey={needsKey} onSignedOut={session.reload} />
        </div>
      )}
    </>
  )
}

const PLACES = [
  ['Functions', ['functions']],
  ['Queue', ['queue']],
  ['Sandboxes', ['sandboxes']],
  ['Storage', ['storage']],
  ['Health', ['health']],
] as const

function SignedIn({ needsKey, onSignedOut }: { needsKey: boolean; onSignedOut(): void }) {
  const path = usePath()
  const place = path[0] ?? 'functions'
  useArrival(path)
  const action = useAction()
  const signOut = () =>
    action.run(async () => {
      await call('DELETE /console/session')
      onSignedOut()
      return undefined
    })
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header class="bar">
        <Link to={['functions']} class="brand">
          <span aria-hidden="true">⌂</span> Hearth
        </Link>
        <nav class="places" aria-label="Console">
          {PLACES.map(([title, to]) => (
            <Link key={title} to={to} isCurrent={place === to[0]}>
              {title}
            </Link>
          ))}
          <a href="/docs">API</a>
        </nav>
        <div class="bar-end">
          <ThemeSwitch />
          {needsKey && (
            <button type="button" onClick={signOut}>
              Sign out
            </button>
          )}
        </div>
      </header>
      <main id="content" class="page" tabIndex={-1}>
        <Outcome action={action} what="signing out" />
        <Boundary address={path.join('/')}>
          <Place path={path} />
        </Boundary>
      </main>
    </>
  )
}

function Place({ path }: { path: readonly string[] }) {
  const [place = 'functions', name, ...rest] = path
  if (place === 'functions' && name === undefined) return <FunctionsPage />
  if (place === 'functions' && name !== undefined) {
    return <FunctionPage key={name} name={name} rest={rest} />
  }
  if (place === 'new') return <CreateFunction />
  if (place === 'queue') return <QueuePage />
  if (place === 'sandboxes') return <SandboxesPage />
  if (place === 'storage' && name === undefined) return <StoragePage />
  if (place === 'storage' && name !== undefined) return <BucketPage key={name} bucket={name} />
  if (place === 'health') return <HealthPage />
  return (
    <Empty title="There is no such page">
      <Link to={['functions']}>All functions</Link>
    </Empty>
  )
}

/** A new page tells its name to who reads titles, and begins where the keyboard is. */
function useArrival(path: readonly string[]): void {
  const address = path.slice(0, 3).join('/')
  const [known, setKnown] = useState(address)
  useEffect(() => {
    document.title = [...path.slice(0, 3)].reverse().concat('Hearth').join(' · ')
    if (known === address) return
    setKnown(address)
    document.getElementById('content')?.focus({ preventScroll: true })
  }, [address, known, path])
}
