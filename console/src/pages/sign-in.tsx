import { useState } from 'preact/hooks'
import { useAction } from '../action.ts'
import { call } from '../api.ts'
import { TextField } from '../parts/field.tsx'
import { Outcome } from '../parts/notice.tsx'

interface SignInProps {
  /** Why there is nothing to sign in with. */
  refusal: string | undefined
  onSignedIn(): void
}

/** Takes the API key once; the browser keeps a cookie that no script can read, and not the key. */
export function SignIn({ refusal, onSignedIn }: SignInProps) {
  return (
    <main class="sign-in">
      <h1>
        <span aria-hidden="true">⌂</span> Hearth
      </h1>
      {refusal === undefined ? <KeyForm onSignedIn={onSignedIn} /> : <p class="note">{refusal}</p>}
    </main>
  )
}

function KeyForm({ onSignedIn }: { onSignedIn(): void }) {
  const [apiKey, setApiKey] = useState('')
  const action = useAction()
  const submit = (event: Event) => {
    event.preventDefault()
    action.run(async () => {
      await call('POST /console/session', { json: { apiKey: apiKey.trim() } })
      onSignedIn()
      return undefined
    })
  }
  return (
    <form onSubmit={submit}>
      <TextField
        label="API key"
        type="password"
        value={apiKey}
        onText={setApiKey}
        isRequired
        hint="What HEARTH_API_KEY holds; with docker compose, “docker compose logs secrets” shows it."
      />
      <button type="submit" class="primary" disabled={action.isRunning}>
        Sign in
      </button>
      <Outcome action={action} what="signing in" />
    </form>
  )
}
