// Compiles the contracts with the pinned solc and writes artifacts.json, the combined JSON from which abigen makes
// the Go bindings, to the folder given (this one if none). The same sources give the same bytes on every machine: no
// metadata hash, no build paths.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(fileURLToPath(import.meta.url))
const out = process.argv[2] ?? root
const exported = ['Node', 'Rules', 'Task', 'Timelock', 'Token', 'Validators']
// Task's code is in parts: it passes on what it does not know itself, so that its callers see one contract.
const parts = { Task: ['Task', 'Court', 'Clerk'] }
// Deployed beside the others; nobody but they speak to them.
const inner = ['Court', 'TaskQueue', 'Clerk']

function loadCompiler() {
  try {
    return createRequire(import.meta.url)('solc')
  } catch (e) {
    console.error(`the Solidity compiler is not installed (${e.code}): run "npm ci" in backend/contracts first`)
    process.exit(1)
  }
}

function sources(folder) {
  const found = {}
  for (const entry of readdirSync(join(root, folder), { recursive: true }).sort()) {
    if (!entry.endsWith('.sol')) continue
    const path = join(folder, entry).split(sep).join('/')
    found[path] = { content: readFileSync(join(root, path), 'utf8') }
  }
  return found
}

function resolveImport(path) {
  try {
    return { contents: readFileSync(join(root, 'node_modules', path), 'utf8') }
  } catch (e) {
    return { error: `cannot read ${relative(root, path)}: ${e.code}` }
  }
}

const solc = loadCompiler()
const input = {
  language: 'Solidity',
  sources: sources('src'),
  settings: {
    evmVersion: 'cancun',
    viaIR: true,
    optimizer: { enabled: true, runs: 200 },
    metadata: { bytecodeHash: 'none', appendCBOR: false },
    // No code is made for what is only a part of another contract.
    outputSelection: Object.fromEntries(
      [...exported, ...inner].map((name) => [`src/${name}.sol`, { [name]: ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] }]),
    ),
  },
}
const output = JSON.parse(solc.compile(JSON.stringify(input), { import: resolveImport }))

let failed = false
for (const problem of output.errors ?? []) {
  console.error(problem.formattedMessage)
  failed ||= problem.severity === 'error'
}
if (failed) process.exit(1)

// The parts of a contract share what they say and refuse; each is named once.
function interfaceOf(name) {
  if (inner.includes(name)) return output.contracts[`src/${name}.sol`][name].abi.filter((x) => x.type === 'constructor')
  const seen = new Map()
  for (const part of parts[name] ?? [name]) {
    for (const entry of output.contracts[`src/${part}.sol`][part].abi) {
      if (entry.type === 'fallback' || (entry.type === 'constructor' && part !== name)) continue
      const key = JSON.stringify([entry.type, entry.name, (entry.inputs ?? []).map((x) => x.type + JSON.stringify(x.components ?? ''))])
      if (!seen.has(key)) seen.set(key, entry)
    }
  }
  return [...seen.values()]
}

const contracts = {}
for (const name of [...exported, ...inner]) {
  const path = `src/${name}.sol`
  const built = output.contracts[path]?.[name]
  if (!built) {
    console.error(`${path} has no contract ${name}`)
    process.exit(1)
  }
  const size = built.evm.deployedBytecode.object.length / 2
  console.error(`${name}: ${size} bytes of 24576`)
  if (size > 24576) process.exit(1)
  contracts[`${path}:${name}`] = {
    abi: interfaceOf(name),
    bin: built.evm.bytecode.object,
    'bin-runtime': built.evm.deployedBytecode.object,
    devdoc: { kind: 'dev', methods: {}, version: 1 },
    userdoc: { kind: 'user', methods: {}, version: 1 },
    hashes: {},
    metadata: '',
  }
}
writeFileSync(join(out, 'artifacts.json'), JSON.stringify({ contracts, version: solc.version() }))
