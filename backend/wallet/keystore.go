package wallet

import (
	"crypto/ecdsa"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"golang.org/x/text/unicode/norm"
)

// maxKeyFile bounds what is read as a key file, which has half a kilobyte, or
// one and a half with what other wallets add.
const maxKeyFile = 64 << 10

// What a key file may ask for before its passphrase is known to be right. The
// usual one asks for 2^18 blocks of 8 and 256 MiB; the dearest that is taken
// needs 512 MiB and about ten seconds.
const (
	maxScryptMemory = 512 << 20
	maxScryptWork   = 1 << 24 // n·r·p
	maxRounds       = 10_000_000
)

// keyFile is a keystore v3 file of geth, ethers or another wallet.
type keyFile struct {
	// Address is "" where the file keeps it to itself.
	Address string `json:"address"`
	Version int    `json:"version"`
	Crypto  sealed `json:"crypto"`
}

// sealed is the part of a keystore file that a passphrase opens.
type sealed struct {
	Cipher       string `json:"cipher"`
	CipherText   string `json:"ciphertext"`
	CipherParams struct {
		IV string `json:"iv"`
	} `json:"cipherparams"`
	KDF       string `json:"kdf"`
	KDFParams struct {
		DKLen int    `json:"dklen"`
		Salt  string `json:"salt"`
		// N, R and P are scrypt's, C and PRF PBKDF2's.
		N   int    `json:"n"`
		R   int    `json:"r"`
		P   int    `json:"p"`
		C   int    `json:"c"`
		PRF string `json:"prf"`
	} `json:"kdfparams"`
	MAC string `json:"mac"`
}

// readKeyFile reads and checks a key file; nothing is computed yet.
func readKeyFile(b []byte) (keyFile, error) {
	var k keyFile
	if len(b) > maxKeyFile {
		return k, fmt.Errorf("it has %d bytes and is no key file", len(b))
	}
	if err := json.Unmarshal(b, &k); err != nil {
		return k, fmt.Errorf("it is damaged (%w): restore it from a copy", err)
	}
	if k.Version != 3 {
		return k, errors.New("it is not a keystore file of version 3")
	}
	if k.Address != "" && !common.IsHexAddress(k.Address) {
		return k, errors.New("its address is none")
	}
	if n, err := hex.DecodeString(k.Crypto.CipherText); err != nil || len(n) != 32 {
		return k, errors.New("its ciphertext is not that of a key, 32 bytes in hexadecimal")
	}
	return k, k.Crypto.check()
}

// check refuses what would panic, or cost more than any wallet asks for.
func (s sealed) check() error {
	if s.Cipher != "aes-128-ctr" {
		return fmt.Errorf("its cipher %.20q is not aes-128-ctr", s.Cipher)
	}
	if iv, err := hex.DecodeString(s.CipherParams.IV); err != nil || len(iv) != 16 {
		return errors.New("its iv is not 16 bytes in hexadecimal")
	}
	if mac, err := hex.DecodeString(s.MAC); err != nil || len(mac) != 32 {
		return errors.New("its mac is not 32 bytes in hexadecimal")
	}
	p := s.KDFParams
	if _, err := hex.DecodeString(p.Salt); err != nil {
		return errors.New("its salt is not hexadecimal")
	}
	if p.DKLen != 32 {
		return fmt.Errorf("its dklen is %d, not 32", p.DKLen)
	}
	switch s.KDF {
	case "scrypt":
		return checkScrypt(uint64(p.N), uint64(p.R), uint64(p.P))
	case "pbkdf2":
		if p.PRF != "hmac-sha256" {
			return fmt.Errorf("its prf %.20q is not hmac-sha256", p.PRF)
		}
		if p.C < 1 || p.C > maxRounds {
			return fmt.Errorf("it asks for %d rounds of pbkdf2; at most %d are done", p.C, maxRounds)
		}
		return nil
	default:
		return fmt.Errorf("its kdf %.20q is neither scrypt nor pbkdf2", s.KDF)
	}
}

// checkScrypt is given negative numbers as very large ones.
func checkScrypt(n, r, p uint64) error {
	const most = 1 << 30 // keeps the products below within 64 bits
	if n < 2 || n > most || bits.OnesCount64(n) != 1 || r < 1 || r > 1<<10 || p < 1 || p > 1<<10 {
		return errors.New("its n, r and p are not those of scrypt: n is a power of two, r and p are small")
	}
	if 128*n*r > maxScryptMemory || n*r*p > maxScryptWork {
		return fmt.Errorf("its n, r and p ask for %d MiB of memory and more work than any wallet does", 128*n*r>>20)
	}
	return nil
}

// open opens what check found good.
func (s sealed) open(passphrase string) ([]byte, error) {
	p := s.KDFParams
	params := map[string]any{"dklen": p.DKLen, "salt": p.Salt, "n": p.N, "r": p.R, "p": p.P, "c": p.C, "prf": p.PRF}
	plain, err := keystore.DecryptDataV3(keystore.CryptoJSON{
		Cipher: s.Cipher, CipherText: s.CipherText, CipherParams: s.CipherParams, KDF: s.KDF, KDFParams: params, MAC: s.MAC,
	}, passphrase)
	if errors.Is(err, keystore.ErrDecrypt) {
		return nil, ErrPassphraseWrong
	}
	return plain, err
}

// key opens the key file; the key must be the address's where there is one.
func (k keyFile) key(passphrase string) (*ecdsa.PrivateKey, error) {
	plain, err := k.Crypto.open(passphrase)
	if err != nil {
		return nil, err
	}
	key, err := crypto.ToECDSA(plain)
	if err != nil {
		return nil, errors.New("what it holds is not a key of this curve")
	}
	if got := crypto.PubkeyToAddress(key.PublicKey); k.Address != "" && got != common.HexToAddress(k.Address) {
		return nil, fmt.Errorf("it says it is %s and holds the key of %s: restore it from a copy", common.HexToAddress(k.Address), got)
	}
	return key, nil
}

// KeyFromKeystore opens a keystore v3 file of another wallet with its
// passphrase. The error is ErrPassphraseWrong, or says what the file lacks. It
// may take seconds.
func KeyFromKeystore(b []byte, passphrase string) (*ecdsa.PrivateKey, error) {
	k, err := readKeyFile(b)
	if err != nil {
		return nil, fmt.Errorf("read keystore file: %w", err)
	}
	key, err := k.key(passphrase)
	if errors.Is(err, ErrPassphraseWrong) {
		// Some wallets take é as one character and some as it was typed.
		if composed := norm.NFKC.String(passphrase); composed != passphrase {
			key, err = k.key(composed)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read keystore file: %w", err)
	}
	return key, nil
}

// ErrNoKey says that a text is not a private key. It does not repeat the text.
var ErrNoKey = errors.New("a private key has 64 hexadecimal digits, with or without 0x before them, and is not one of a few excepted numbers")

// KeyFromHex reads a private key as other wallets show it. The error is ErrNoKey.
func KeyFromHex(text string) (*ecdsa.PrivateKey, error) {
	text = strings.TrimSpace(text)
	if digits, ok := strings.CutPrefix(strings.ToLower(text), "0x"); ok {
		text = digits
	}
	key, err := crypto.HexToECDSA(text)
	if err != nil {
		return nil, ErrNoKey
	}
	return key, nil
}
