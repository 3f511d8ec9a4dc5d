// Makes bindings.go from artifacts.json, both in the folder given (this one if none). abigen names the struct of a call's several answers after the call alone
// (CountsOutput), so two contracts with a call of one name collide: here each gets its contract's name in front.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(fileURLToPath(import.meta.url))
const out = process.argv[2] ?? root
const file = join(out, 'bindings.go')
execFileSync(
  'go',
  ['tool', 'abigen', '--v2', '--combined-json', join(out, 'artifacts.json'), '--pkg', 'contracts', '--out', file],
  { cwd: root, stdio: 'inherit' },
)

let contract = ''
const lines = readFileSync(file, 'utf8').split('\n').map((line) => {
  const start = line.match(/^\/\/ (\w+)MetaData contains all meta data/)
  if (start) contract = start[1]
  return contract ? line.replace(/\b([A-Z][A-Za-z0-9]*Output)\b/g, `${contract}$1`) : line
})
writeFileSync(file, lines.join('\n'))
execFileSync('gofmt', ['-w', file], { cwd: root, stdio: 'inherit' })
