// What a library for agents sees of a bridge, of which it knows the address only.
// Run as: HELIUM_BASE_URL=… HELIUM_API_KEY=… HELIUM_MODEL=… node agent.mjs
// It prints one JSON object, or fails at the first thing that is not as it should be.
import assert from "node:assert/strict";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateText, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const { HELIUM_BASE_URL: baseURL, HELIUM_API_KEY: apiKey, HELIUM_MODEL: name } = process.env;
const helium = createOpenAICompatible({ name: "helium", baseURL, apiKey, includeUsage: true });
const settings = { model: helium(name), temperature: 0, maxOutputTokens: 16, maxRetries: 0 };
const prompt = "What is a relay?";

const whole = await generateText({ ...settings, prompt });
assert.ok(whole.text.length > 0, "the answer is empty");
assert.ok(["stop", "length"].includes(whole.finishReason), whole.finishReason);

const stream = streamText({ ...settings, prompt });
let streamed = "";
for await (const piece of stream.textStream) streamed += piece;
assert.equal(streamed, whole.text);
const usage = await stream.usage;
assert.equal(usage.outputTokens, whole.usage.outputTokens);
assert.ok(usage.inputTokens > 0);

// An agent's loop: what its tool said goes back to the model.
const weather = tool({
	description: "The weather of a place",
	inputSchema: z.object({ place: z.string() }),
	execute: async ({ place }) => `Snow in ${place}`,
});
const told = await generateText({
	...settings,
	tools: { weather },
	stopWhen: stepCountIs(2),
	messages: [
		{ role: "user", content: "How is the weather in Oslo?" },
		{ role: "assistant", content: [{ type: "tool-call", toolCallId: "call_1", toolName: "weather", input: { place: "Oslo" } }] },
		{ role: "tool", content: [{ type: "tool-result", toolCallId: "call_1", toolName: "weather", output: { type: "text", value: "Snow in Oslo" } }] },
	],
});
assert.ok(told.text.length > 0);

const refused = await generateText({ ...settings, model: helium("nobody/has-this"), prompt }).then(
	() => assert.fail("a model that nobody has answered"),
	(e) => e,
);
assert.ok(APICallError.isInstance(refused), refused.message);
assert.equal(refused.statusCode, 404);
console.log(JSON.stringify({ whole: whole.text, told: told.text, usage, refused: refused.message }));
