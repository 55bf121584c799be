import { readdir, readFile } from 'node:fs/promises'

/** Of all that run on this machine, or in this container; none on a system without /proc. */
export async function processIds(): Promise<number[]> {
  const names = await readdir('/proc').catch(() => [])
  return names.filter((name) => /^\d+$/.test(name)).map(Number)
}

/** The command line of a process, its program first; one empty argument where it is gone. */
export async function argumentsOf(pid: number): Promise<string[]> {
  return (await read(`/proc/${pid}/cmdline`)).split('\0')
}

/** Places of fields in what `statOf` gives. */
export const STATE = 0
export const PARENT = 1
export const STARTED_AT = 19

/** The fields of proc(5), /proc/pid/stat, after the name of the program, which may have spaces in it. */
export async function statOf(pid: number): Promise<string[]> {
  const stat = await read(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** Empty for a process that has gone meanwhile. */
function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}
