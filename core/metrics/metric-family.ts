/** One measured value of a family, told from the others by its labels. */
export interface Sample {
  labels: Record<string, string | number>
  value: number
  /** Where it has a name of its own, as the buckets of a histogram have. */
  metricName?: string
}

/** All values of one metric, as plain data: so they cross the invoke link, and are put together from several processes. */
export interface MetricFamily {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram' | 'summary'
  values: Sample[]
}

/** Adds labels to every value, which tell whose it is. */
export function labelled(
  families: readonly MetricFamily[],
  labels: Record<string, string>,
): MetricFamily[] {
  return families.map((family) => ({
    ...family,
    values: family.values.map((sample) => ({ ...sample, labels: { ...labels, ...sample.labels } })),
  }))
}

/** One value without labels. */
export function single(of: Omit<MetricFamily, 'values'>, value: number): MetricFamily {
  return { ...of, values: [{ labels: {}, value }] }
}

/** What a histogram has counted: how many values were at most each bound, in seconds and ascending. */
export interface Histogram {
  upTo: readonly [seconds: number, count: number][]
  sumSeconds: number
  count: number
}

/** The values of one histogram, whose family is called `name`. */
export function histogramSamples(
  name: string,
  labels: Record<string, string>,
  { upTo, sumSeconds, count }: Histogram,
): Sample[] {
  const bucket = (le: number | string, value: number) => ({
    metricName: `${name}_bucket`,
    labels: { ...labels, le },
    value,
  })
  return [
    ...upTo.map(([seconds, below]) => bucket(seconds, below)),
    bucket('+Inf', count),
    { metricName: `${name}_sum`, labels, value: sumSeconds },
    { metricName: `${name}_count`, labels, value: count },
  ]
}
