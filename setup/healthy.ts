import { connect } from 'node:net'
import { readSettings } from '../core/settings.ts'

/** The health check of both services: exit code 0 when this container's service serves. */
const settings = readSettings()
const url = settings.SCHEDULER_URL
  ? `tcp://127.0.0.1:${new URL(settings.SCHEDULER_URL).port}`
  : `http://127.0.0.1:${settings.PORT}/health/live`

if (url.startsWith('tcp:')) {
  connect(Number(new URL(url).port), '127.0.0.1')
    .on('connect', () => process.exit(0))
    .on('error', () => process.exit(1))
} else {
  const response = await fetch(url).catch(() => undefined)
  process.exit(response?.ok ? 0 : 1)
}
