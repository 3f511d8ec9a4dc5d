// Package wallet holds the one key that a node, a bridge or a person signs with.
//
// A wallet is a secp256k1 key with its address. The key file is that key in a
// geth keystore v3 file, which other wallets read too. Its passphrase is 32
// random bytes that no person has to remember: they lie in the computer's
// keychain or, where there is none, in a passphrase file beside the key file. A
// place is where the passphrase lies.
//
// The promise: opening a wallet never loses one. The passphrase is kept before
// the key file appears, a key file is never written over, and a key never shows
// in a log, an error or a printed value.
package wallet
