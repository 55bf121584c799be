import t from 'tap'
import type { Driver, LaunchOrder } from '../../../scheduler/pool/driver.ts'
import { SandboxBody } from '../../../scheduler/pool/sandbox-body.ts'
import { openSandboxRoot, sandboxDirectory } from '../../../scheduler/pool/sandbox-directory.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

t.test('one that is to go before it has started is not launched any more', async (t) => {
  const root = await temporaryFolder(t, 'sandboxes')
  openSandboxRoot(root, false)
  const order: LaunchOrder = {
    id: 'early',
    directory: sandboxDirectory(root, 'early'),
    uid: 20_000,
    memoryMb: 128,
    heapMb: 64,
    bootEnvironment: {},
    isOwn: false,
    node: 'node',
    boot: 'boot',
  }
  const nothing = () => undefined
  const body = new SandboxBody(order, {
    message: nothing,
    open: nothing,
    closed: nothing,
    line: nothing,
  })
  let launches = 0
  const launch = async () => {
    launches += 1
    throw new Error('It was launched')
  }
  const booted = body.boot({ launch } as Partial<Driver> as Driver)
  body.hangUp()
  await t.rejects(booted, { code: 'SandboxFailed', message: /it was removed/ })
  t.equal(launches, 0)
  t.equal(body.isOpen, false)
})
