// Package network finds the network that a program of this computer speaks to.
package network

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/backend/relay/client"
)

// Local is where a devnet of this computer serves its profile.
const Local = "http://127.0.0.1:7402" + client.ProfilePath

// Load reads a profile from a file or an address; empty means the local network.
func Load(ctx context.Context, from string) (*protocol.Profile, error) {
	if from == "" {
		p, err := Load(ctx, Local)
		if err != nil {
			return nil, fmt.Errorf("no local network answers (start one with helium devnet, or name another network's profile): %w", err)
		}
		return p, nil
	}
	if strings.HasPrefix(from, "http://") || strings.HasPrefix(from, "https://") {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		return client.FetchProfile(ctx, from)
	}
	b, err := os.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read network profile: there is no file %s", from)
	}
	if err != nil {
		return nil, fmt.Errorf("read network profile: %w", err)
	}
	return protocol.ParseProfile(b)
}

// BalanceOf is how much CNX an account holds.
func BalanceOf(ctx context.Context, chain ethereum.ContractCaller, token, account common.Address) (protocol.Wei, error) {
	t := contracts.NewToken()
	answer, err := chain.CallContract(ctx, ethereum.CallMsg{To: &token, Data: t.PackBalanceOf(account)}, nil)
	if err != nil {
		return protocol.Wei{}, fmt.Errorf("read balance of %s: %w", account, err)
	}
	n, err := t.UnpackBalanceOf(answer)
	if err != nil {
		return protocol.Wei{}, fmt.Errorf("read balance of %s: %w", account, err)
	}
	return protocol.WeiOf(n)
}
