// Package seal keeps task arguments, results and live streams from everybody
// they are not meant for.
//
// A key is an X25519 key pair; its public half is the 32 bytes that a node puts
// on chain when it joins and that a creator puts into an envelope as its reply
// key. Sealed bytes are an age file to one or more public keys. A sealed stream
// is a row of chunks to one reply key, each bound to its task, its node and its
// place in the row.
//
// The promise: what was sealed opens for a recipient, byte for byte, and for
// nobody else; whatever else is handed to Open or to a StreamOpener is an
// error, never other text and never a crash.
//
// Sealing does not say who sealed. That a result is right is for its hash on
// chain to show; that a chunk came from its node, for the relay that took it
// from a signed-in node; a whole stream is compared with the result afterwards.
package seal
