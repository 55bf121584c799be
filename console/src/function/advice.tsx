import { path } from '../api.ts'
import { usd } from '../format.ts'
import { useResource } from '../resource.ts'

interface AdviceAnswer {
  memoryMb: number
  recommendation?: { memoryMb: number; reason: string }
  estimate?: { now: { totalUsd: number }; advised: { totalUsd: number } }
  findings: { code: string; message: string; remedy: string }[]
}

/** What the platform would change about the function, where it has seen enough of it. */
export function Advice({ name }: { name: string }) {
  const { data } = useResource<AdviceAnswer>(path`/functions/${name}/advice`)
  if (!data || (data.findings.length === 0 && !data.recommendation)) return null
  const { recommendation, estimate, findings, memoryMb } = data
  return (
    <section class="card">
      <h2>Advice</h2>
      {recommendation && recommendation.memoryMb !== memoryMb && (
        <p>
          Give it <strong>{recommendation.memoryMb} MB</strong> instead of {memoryMb}:{' '}
          {recommendation.reason}.
          {estimate &&
            ` A month on AWS Lambda: ${usd(estimate.now.totalUsd)} now, ${usd(estimate.advised.totalUsd)} then.`}
        </p>
      )}
      <ul>
        {findings.map(({ code, message, remedy }) => (
          <li key={code}>
            {message}. <span class="faint">{remedy}</span>
          </li>
        ))}
      </ul>
      {findings.length === 0 && recommendation?.memoryMb === memoryMb && (
        <p>
          Its memory of {memoryMb} MB fits: {recommendation.reason}.
        </p>
      )}
    </section>
  )
}
