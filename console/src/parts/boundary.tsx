import { Component, type ComponentChildren } from 'preact'

interface BoundaryProps {
  /** Another one is another try. */
  address: string
  children: ComponentChildren
}

/** Where a page cannot be shown, that is said in its place; the way to the others stays. */
export class Boundary extends Component<BoundaryProps, { error?: Error | undefined }> {
  override componentDidUpdate({ address }: BoundaryProps): void {
    if (this.state.error && address !== this.props.address) this.setState({ error: undefined })
  }

  override componentDidCatch(error: Error): void {
    this.setState({ error })
  }

  render({ children }: BoundaryProps, { error }: { error?: Error | undefined }) {
    if (!error) return children
    return (
      <div class="failure" role="alert">
        <strong>✕ This page cannot be shown: {error.message}</strong>
        <p>Load it again. If it comes back, it is a fault of the console, and worth an issue.</p>
      </div>
    )
  }
}
