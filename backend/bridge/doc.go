// Package bridge is the gateway for applications: an HTTP server that speaks
// OpenAI's API, makes a task of every request and pays for it with its own
// wallet.
//
// A caller is whoever a request is counted against: an API key, or a page
// session, which is a cookie that the chat page gets so that people who chat
// need neither key nor wallet. A limit is the most that one request may cost:
// the bridge has one, each key may, and so may each request. An attempt is one
// task of a request: there is another when the network failed at the first. A
// ledger row is what one attempt cost its caller. A stage is a step of the task
// that the caller is told of while it waits; text is provisional until the answer
// is verified. Labels are a caller's own, and change nothing.
//
// The promise: what a caller asks for is done or refused with a message, never
// dropped in silence; nothing is sent that costs more than a limit, however many
// attempts it takes; no caller reads another's work; and no text is called
// verified that three nodes' reveals on the chain do not stand behind.
package bridge
