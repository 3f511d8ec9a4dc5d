//go:build !desktop && !linux

package main

import (
	"errors"

	"helium/app/bench"
	"helium/backend/devnet"
)

func (benchAppCmd) measure(*environment, devnet.Ready) (*bench.Result, error) {
	return nil, errors.New("the app is measured on Linux")
}
