// Makes the tokenizers of this folder and the ids that Hugging Face's own
// library gives for the corpus. It needs the npm packages
// @anush008/tokenizers 0.6.0 with its build for this system (the Rust library)
// and @huggingface/tokenizers 0.2.0 (the JavaScript one, written anew); where
// they disagree it says so and keeps the Rust library's answer.
//
//   node make.mjs                      writes NAME.json and NAME.ids.json
//   node make.mjs FOLDER               writes ids.json for FOLDER/tokenizer.json
import { createRequire } from 'node:module'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const require = createRequire(join(process.cwd(), 'x.js'))
const { Tokenizer } = require('@anush008/tokenizers')
const loaded = await import(pathToFileURL(require.resolve('@huggingface/tokenizers')))
const js = loaded.default ?? loaded
const corpus = JSON.parse(readFileSync(join(here, 'corpus.json')))

// Merges are learnt across all boundaries of words, so that a wrong
// pre-tokenizer gives other ids.
function learn(sequences, count, join = (a, b) => a + b) {
  const merges = []
  while (merges.length < count) {
    const pairs = new Map()
    for (const s of sequences)
      for (let i = 1; i < s.length; i++) {
        const key = JSON.stringify([s[i - 1], s[i]])
        pairs.set(key, (pairs.get(key) ?? 0) + 1)
      }
    const best = [...pairs].filter(([, n]) => n > 1).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]
    if (!best) break
    const [left, right] = JSON.parse(best[0])
    merges.push([left, right])
    for (const s of sequences)
      for (let i = 1; i < s.length; i++)
        if (s[i - 1] === left && s[i] === right) s.splice(i - 1, 2, join(left, right))
  }
  return merges
}

const letters = (() => {
  const out = []
  let extra = 0
  for (let b = 0; b < 256; b++) {
    const plain = (b >= 33 && b <= 126) || (b >= 0xa1 && b <= 0xac) || b >= 0xae
    out.push(String.fromCodePoint(plain ? b : 256 + extra++))
  }
  return out
})()

const training = corpus.filter((t) => !t.includes('<|')).concat('the other than them there these 123 456 1234 2024 \n\n    return self.x\n'.repeat(3))

// Added tokens that take away white space, as those of Phi-3 and Phi-4.
function stripping(file, left) {
  for (const a of file.added_tokens) if (a.content !== '<unk>' && a.content !== '<s>') Object.assign(a, { lstrip: left, rstrip: true })
  return file
}

function byteLevel(preTokenizer, more = {}) {
  const merges = learn(training.map((t) => [...Buffer.from(t)].map((b) => letters[b])), 300).filter((m) => more.allow?.(m.join('')) ?? true)
  const vocab = Object.fromEntries(letters.map((l, i) => [l, i]))
  for (const [a, b] of merges) vocab[a + b] ??= Object.keys(vocab).length
  // A whole word that no merges lead to tells ignore_merges apart.
  for (const whole of more.reachable ? [] : ['Ġfox', 'assistant']) vocab[whole] ??= Object.keys(vocab).length
  const n = Object.keys(vocab).length
  const added = (id, content, special) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special })
  return {
    version: '1.0', truncation: null, padding: null,
    added_tokens: [added(n, '<|im_start|>', true), added(n + 1, '<|im_end|>', true), added(n + 2, '<think>', false)],
    normalizer: more.normalizer ?? null, pre_tokenizer: preTokenizer, post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false,
      ignore_merges: more.ignoreMerges ?? false, vocab, merges: more.pairs ? merges : merges.map((m) => m.join(' ')),
    },
  }
}

function sentencePiece(normalizer, preTokenizer, strip) {
  const texts = training.map((t) => [...('▁' + t.replaceAll(' ', '▁'))])
  const chars = [...new Set(texts.flat())].filter((c) => !/[\n\r\t]/.test(c) && c.codePointAt(0) < 0x3000).sort()
  const learnt = learn(texts.map((t) => t.filter((c) => chars.includes(c))), 300)
  const vocab = { '<unk>': 0, '<s>': 1, '</s>': 2 }
  for (let b = 0; b < 256; b++) vocab['<0x' + b.toString(16).toUpperCase().padStart(2, '0') + '>'] = 3 + b
  const order = []
  for (const [a, b] of learnt)
    if (vocab[a + b] === undefined) { vocab[a + b] = Object.keys(vocab).length; order.push(a + b) }
  for (const c of chars) vocab[c] ??= Object.keys(vocab).length
  // Every way to put a token together, as converters of such models list them.
  const merges = []
  for (const token of order) {
    const c = [...token]
    for (let i = 1; i < c.length; i++) {
      const pair = [c.slice(0, i).join(''), c.slice(i).join('')]
      if (vocab[pair[0]] !== undefined && vocab[pair[1]] !== undefined) merges.push(pair)
    }
  }
  const added = (id, content, special = true) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special })
  const n = Object.keys(vocab).length
  return {
    version: '1.0', truncation: null, padding: null,
    added_tokens: [added(0, '<unk>'), added(1, '<s>'), added(2, '</s>'), added(n, '<|im_start|>'), added(n + 1, '<|im_end|>'), added(n + 2, '<think>', false)],
    normalizer, pre_tokenizer: preTokenizer, post_processor: null,
    decoder: { type: 'Sequence', decoders: [{ type: 'Replace', pattern: { String: '▁' }, content: ' ' }, { type: 'ByteFallback' }, { type: 'Fuse' }, ...(strip ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : [])] },
    model: { type: 'BPE', dropout: null, unk_token: '<unk>', continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: true, byte_fallback: true, vocab, merges: merges.map((m) => m.join(' ')) },
  }
}

const bytes = (words) => ({ type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: words })
const split = (pattern, behavior = 'Isolated') => ({ type: 'Split', pattern: { Regex: pattern }, behavior, invert: false })
const sequence = (...pretokenizers) => ({ type: 'Sequence', pretokenizers })
const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
const upper = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]'
const lower = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]'
const lead = '[^\\r\\n\\p{L}\\p{N}]?'
const spaces = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+'
const llama3 = `${contractions}|${lead}\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${spaces}`
const qwen2 = llama3.replace('{1,3}', '')
const gpt4o = `${lead}${upper}*${lower}+${contractions}?|${lead}${upper}+${lower}*${contractions}?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${spaces}`
const tekken = `${lead}${upper}*${lower}+|${lead}${upper}+${lower}*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${spaces}`
const deepseek = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"
const replace = { type: 'Replace', pattern: { String: ' ' }, content: '▁' }

const all = {
  gpt2: () => byteLevel(bytes(true)),
  llama3: () => byteLevel(sequence(split(llama3), bytes(false)), { ignoreMerges: true }),
  dbrx: () => byteLevel(sequence(split(llama3), bytes(false))),
  qwen2: () => byteLevel(sequence(split(qwen2), bytes(false)), { normalizer: { type: 'NFC' } }),
  gpt4o: () => byteLevel(sequence({ ...split(gpt4o, 'Removed'), invert: true }, bytes(false)), { reachable: true }),
  gptoss: () => byteLevel(sequence(split(gpt4o), bytes(false)), { ignoreMerges: true, pairs: true }),
  tekken: () => byteLevel(sequence(split(tekken), bytes(false)), { ignoreMerges: true }),
  smollm: () => byteLevel(sequence({ type: 'Digits', individual_digits: true }, bytes(true))),
  // Here digits are split off after bytes became letters, and six of those are
  // numbers to Unicode, so no trained model has them inside of a token.
  falcon: () => byteLevel(sequence({ type: 'Punctuation', behavior: 'Contiguous' }, bytes(true), { type: 'Digits', individual_digits: false }, split('[0-9][0-9][0-9]')), { allow: (token) => !/[²³¹¼½¾]/.test(token) }),
  deepseek3: () => byteLevel(sequence(split('\\p{N}{1,3}'), split('[一-龥぀-ゟ゠-ヿ]+'), split(deepseek), bytes(false))),
  llama2: () => sentencePiece({ type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, replace] }, null, true),
  mistral: () => sentencePiece(null, { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false }, true),
  phi3: () => stripping(all.llama2(), false),
  phi4: () => stripping(all.dbrx(), true),
  gemma: () => sentencePiece(replace, { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false }, false),
}

async function ids(file, name) {
  const rust = Tokenizer.fromString(JSON.stringify(file))
  const other = new js.Tokenizer(file, {})
  const out = []
  for (const text of corpus) {
    const got = [...(await rust.encode(text, null, { addSpecialTokens: false })).getIds()]
    const again = other.encode(text, { add_special_tokens: false }).ids
    if (JSON.stringify(got) !== JSON.stringify(again)) console.log(`${name}: the libraries disagree about ${JSON.stringify(text)}`)
    out.push(got)
  }
  return out
}

const lines = (list) => '[\n' + list.map((x) => JSON.stringify(x)).join(',\n') + '\n]\n'
if (process.argv[2]) {
  const file = JSON.parse(readFileSync(join(process.argv[2], 'tokenizer.json')))
  writeFileSync(join(process.argv[2], 'ids.json'), lines(await ids(file, process.argv[2])))
} else {
  for (const [name, make] of Object.entries(all)) {
    const file = make()
    writeFileSync(join(here, name + '.json'), JSON.stringify(file) + '\n')
    writeFileSync(join(here, name + '.ids.json'), lines(await ids(file, name)))
  }
}
