/**
 * Where code packages lie, each under the SHA-256 of its bytes. Writing the same package twice is
 * one package; a package is never changed.
 */
export interface CodeStore {
  /** Resolves when the package is on disk. */
  put(zip: Buffer): Promise<{ codeSha256: string; codeSize: number }>
  /** Throws SandboxFailed when there is no such package. */
  get(codeSha256: string): Promise<Buffer>
}
