// Package sponsor pays the gas of those who earn.
//
// A node that has CNX and none of the chain's own coin signs what it wants, and
// somebody else brings it to the contracts. A call is the calldata of one of the
// functions that anybody may call: it joins or moves a node, pays it out, or is a
// step in court. A kind is what a call does. A subject is what it is about, a
// node or a task: calls about one subject go one after the other, so that none
// undoes another. An offer is what a sponsor pays for, and how much is left of it
// today.
//
// The promises: what is sent is the sponsor's own encoding of a call that it has
// read, checked and rehearsed, never somebody's bytes; nothing is sent twice for
// a request that is made again, whenever the process dies; and a day never costs
// more than the limits say.
//
// What it can't promise is that nothing it sends is refused: others bring the
// same steps, and a block may hold theirs first.
package sponsor
