export interface CloudEvent {
  id: string
}
