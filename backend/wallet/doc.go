// Package wallet holds the one key that a node, a bridge or a person signs with.
//
// A wallet is a secp256k1 key with its address. The key file is that key in a
// geth keystore v3 file, which other wallets read too. Its passphrase is 32
// random bytes that no person has to remember: they lie in the computer's
// keychain or, where there is none, in a passphrase file beside the key file. Or
// the owner chooses the passphrase and keeps it; then a guard beside the key file
// slows down whoever guesses. A place is where the passphrase lies.
//
// A recovery phrase is twelve words that the key is made of. One that Helium made
// is kept, encrypted as the key is, so that its owner can write it down again:
// whoever opens it could open the key too. One that was imported is not kept: it
// may guard accounts that this computer has no business with.
//
// The promise: opening, making or importing a wallet never loses one. The
// passphrase is kept before the key file appears, a key file is never written
// over, and neither a key nor a phrase shows in a log, an error or a printed
// value. The one exception is a word that is not in the list: a WordError names
// it to the person who typed it.
package wallet
