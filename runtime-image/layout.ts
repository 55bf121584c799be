/** Where a sandbox finds its things. The pool makes the directory; inside a container it is `/var`. */
export interface Layout {
  /** The pool's listening Unix socket. */
  socket: string
  /** The unpacked code package: the handler's working directory. */
  task: string
  /** Layers; `/opt` of the image links to it. */
  layers: string
  /** What earlier sandboxes of the function have compiled of it. */
  compiled: string
  /** Other sandboxes have a loopback of their own: true inside a container only. */
  ownLoopback: boolean
}

const CONTAINER_DIRECTORY = '/var'

export function layoutOf(directory = CONTAINER_DIRECTORY): Layout {
  const inContainer = directory === CONTAINER_DIRECTORY
  return {
    socket: `${directory}/run/hearth.sock`,
    task: `${directory}/task`,
    compiled: `${directory}/compiled`,
    layers: inContainer ? '/opt' : `${directory}/opt`,
    ownLoopback: inContainer,
  }
}
