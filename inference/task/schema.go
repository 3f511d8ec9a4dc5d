package task

import _ "embed" // for the schemas

//go:embed gpt.schema.json
var gptSchema string

// GPTSchema is the JSON Schema (draft 2020-12) of a GPT task, for other
// programs. ParseGPT accepts what it accepts, except where a schema cannot
// look: keys given twice, lone surrogates, nesting, numbers no float64 holds, and
// how fields limit one another. What a response format's schema may say, package
// grammar tells.
func GPTSchema() string { return gptSchema }

//go:embed sd.schema.json
var sdSchema string

// SDSchema is the JSON Schema of a Stable Diffusion task, and says of ParseSD
// what GPTSchema says of ParseGPT.
func SDSchema() string { return sdSchema }
