import { argumentsOf, processIds } from '../../core/process/processes.ts'

/**
 * Ends processes that an earlier start on this folder has left: whoever is stopped does not see that
 * its link has closed. They are known by what they were started with, the bootstrap and a directory
 * in `root`; with each goes its process group.
 */
export async function endLeftovers(bootstrap: string, root: string): Promise<void> {
  for (const pid of await processIds()) {
    const args = await argumentsOf(pid)
    if (isLeftover(args, { bootstrap, root })) kill(pid)
  }
}

/** Whether processes can be found again that way: on Linux. */
export async function canFindLeftovers(): Promise<boolean> {
  return (await processIds()).length > 0
}

/** By the arguments of a process, its program first. */
export function isLeftover(
  args: readonly string[],
  { bootstrap, root }: { bootstrap: string; root: string },
): boolean {
  const at = args.indexOf(bootstrap)
  return at > 0 && args[at + 1]?.startsWith(`${root}/`) === true
}

function kill(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}
