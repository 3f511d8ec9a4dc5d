// What an application sees, through OpenAI's own client, of answers that no node
// streams as it should, though all agree on the right ones.
// Run as: HELIUM_BASE_URL=… HELIUM_API_KEY=… HELIUM_MODEL=… node corrected.mjs
// It prints one JSON object, or fails at the first thing that is not as it should be.
import assert from "node:assert/strict";
import OpenAI from "openai";

const { HELIUM_BASE_URL: baseURL, HELIUM_API_KEY: apiKey, HELIUM_MODEL: model } = process.env;
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 240_000 });
const ask = { model, messages: [{ role: "user", content: "What is a relay?" }], temperature: 50, seed: 3, max_tokens: 250 };

const whole = await client.chat.completions.create(ask);
const right = whole.choices[0].message.content;
// The end of a stream may be overtaken by the answer.
const isWrong = (text) => text.length > 4 && `No. ${right}`.startsWith(text);

// A client that knows nothing of this network keeps what was streamed; the request's
// id has the right text.
const { data: plain, response } = await client.chat.completions.create({ ...ask, stream: true }).withResponse();
let streamed = "";
let finish = null;
for await (const { choices } of plain) {
	streamed += choices[0]?.delta.content ?? "";
	finish = choices[0]?.finish_reason ?? finish;
}
assert.ok(isWrong(streamed), streamed);
assert.equal(finish, whole.choices[0].finish_reason);
const kept = await client.get(`/tasks/${response.headers.get("x-helium-receipt")}`);
assert.equal(kept.response.choices[0].message.content, right);

// One that asks for named events gets the right text on the same connection.
const named = await client.chat.completions.create({ ...ask, stream: true }, { headers: { "X-Helium-Events": "1" } });
let text = "";
const corrected = [];
let matches = null;
for await (const event of named) {
	text += event.choices?.[0]?.delta.content ?? "";
	if (!event.choices && "content" in event) corrected.push(event);
	if ("text_matches_stream" in event) matches = event.text_matches_stream;
}
assert.ok(isWrong(text), text);
assert.deepEqual(corrected, [{ index: 0, content: right }]);
assert.equal(matches, false);
console.log(JSON.stringify({ streamed, right }));
