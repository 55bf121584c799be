/** Another runner of functions, from the registry of npm. All run on the Node of the bench, or bring their own runtime. */
export interface Peer {
  name: string
  /** Its own package comes first: its version is the peer's. */
  packages: readonly { name: string; version: string }[]
  /** How it is run, for the reader. */
  settings: string
  /** What is written beside its packages. */
  files(port: number): Record<string, string>
  command(node: string, port: number): string[]
  environment?: Record<string, string>
  /** Where the function is invoked. */
  path: string
}
