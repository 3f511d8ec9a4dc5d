// Code generated via abigen V2 - DO NOT EDIT.
// This file is a generated binding and any manual changes will be lost.

package contracts

import (
	"bytes"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Reference imports to suppress errors if they are not otherwise used.
var (
	_ = bytes.Equal
	_ = errors.New
	_ = big.NewInt
	_ = common.Big1
	_ = types.BloomLookup
	_ = abi.ConvertType
)

// ClassInfo is an auto generated low-level Go binding around an user-defined struct.
type ClassInfo struct {
	Card      string
	VramGB    uint16
	Runtime   string
	Joined    uint32
	Available uint32
}

// Deadlines is an auto generated low-level Go binding around an user-defined struct.
type Deadlines struct {
	CommitBy uint64
	RevealBy uint64
}

// JoinRequest is an auto generated low-level Go binding around an user-defined struct.
type JoinRequest struct {
	Card        string
	VramGB      uint16
	Runtime     string
	Fingerprint [32]byte
	SealKey     [32]byte
	Payout      common.Address
}

// NodeInfo is an auto generated low-level Go binding around an user-defined struct.
type NodeInfo struct {
	Status  uint8
	ClassId [32]byte
	SealKey [32]byte
	Payout  common.Address
	Stake   *big.Int
	TaskId  *big.Int
	Score   uint8
}

// Params is an auto generated low-level Go binding around an user-defined struct.
type Params struct {
	Stake            *big.Int
	MinFee           *big.Int
	MinClassNodes    uint32
	CommitSeconds    uint32
	RevealSeconds    uint32
	OpenSeconds      uint32
	QueueSeconds     uint32
	QueuePer100Nodes uint32
	StableDiffusion  Pricing
	Gpt              Pricing
}

// Pricing is an auto generated low-level Go binding around an user-defined struct.
type Pricing struct {
	OverheadSeconds uint32
	SecondsPerUnit  uint32
}

// Reveal is an auto generated low-level Go binding around an user-defined struct.
type Reveal struct {
	CommitmentsHash [32]byte
	Order           uint8
	Kind            uint8
	Result          []byte
	Nonce           [32]byte
	CiphertextHash  [32]byte
}

// TaskInfo is an auto generated low-level Go binding around an user-defined struct.
type TaskInfo struct {
	Status      uint8
	Outcome     uint8
	TaskType    uint8
	Creator     common.Address
	ArgsHash    [32]byte
	TaskKey     [32]byte
	ClassId     [32]byte
	Fee         *big.Int
	Units       uint32
	MinVramGB   uint16
	Nodes       [3]common.Address
	Commitments [3][32]byte
	Revealed    [3]bool
	Deadlines   Deadlines
}

// TaskRequest is an auto generated low-level Go binding around an user-defined struct.
type TaskRequest struct {
	TaskType  uint8
	ArgsHash  [32]byte
	ModelKey  [32]byte
	MinVramGB uint16
	Units     uint32
	Images    uint16
	Fee       *big.Int
}

// NodeMetaData contains all meta data concerning the Node contract.
var NodeMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"contractIToken\",\"name\":\"token_\",\"type\":\"address\"},{\"components\":[{\"internalType\":\"uint256\",\"name\":\"stake\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"minFee\",\"type\":\"uint256\"},{\"internalType\":\"uint32\",\"name\":\"minClassNodes\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"commitSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"revealSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"openSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"queueSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"queuePer100Nodes\",\"type\":\"uint32\"},{\"components\":[{\"internalType\":\"uint32\",\"name\":\"overheadSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"secondsPerUnit\",\"type\":\"uint32\"}],\"internalType\":\"structPricing\",\"name\":\"stableDiffusion\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"uint32\",\"name\":\"overheadSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"secondsPerUnit\",\"type\":\"uint32\"}],\"internalType\":\"structPricing\",\"name\":\"gpt\",\"type\":\"tuple\"}],\"internalType\":\"structParams\",\"name\":\"params\",\"type\":\"tuple\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"}],\"name\":\"AlreadyJoined\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"},{\"internalType\":\"enumNodeStatus\",\"name\":\"status\",\"type\":\"uint8\"}],\"name\":\"IllegalStatus\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"field\",\"type\":\"string\"}],\"name\":\"InvalidClass\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"field\",\"type\":\"string\"}],\"name\":\"InvalidParams\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"payout\",\"type\":\"address\"}],\"name\":\"InvalidPayout\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidSealKey\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"OnlyDeployer\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"OnlyTaskContract\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"}],\"name\":\"SafeERC20FailedOperation\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"task\",\"type\":\"address\"}],\"name\":\"TaskContractAlreadySet\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"classId\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"string\",\"name\":\"card\",\"type\":\"string\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"vramGB\",\"type\":\"uint16\"},{\"indexed\":false,\"internalType\":\"string\",\"name\":\"runtime\",\"type\":\"string\"}],\"name\":\"ClassAdded\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"classId\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"sealKey\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"address\",\"name\":\"payout\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"stake\",\"type\":\"uint256\"}],\"name\":\"NodeJoined\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"}],\"name\":\"NodeKickedOut\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"stake\",\"type\":\"uint256\"}],\"name\":\"NodeSlashed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"enumNodeStatus\",\"name\":\"status\",\"type\":\"uint8\"}],\"name\":\"NodeStatusChanged\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"StakeReturned\",\"type\":\"event\"},{\"inputs\":[{\"internalType\":\"uint32\",\"name\":\"class\",\"type\":\"uint32\"}],\"name\":\"classAt\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"classId\",\"type\":\"bytes32\"}],\"name\":\"classInfo\",\"outputs\":[{\"components\":[{\"internalType\":\"string\",\"name\":\"card\",\"type\":\"string\"},{\"internalType\":\"uint16\",\"name\":\"vramGB\",\"type\":\"uint16\"},{\"internalType\":\"string\",\"name\":\"runtime\",\"type\":\"string\"},{\"internalType\":\"uint32\",\"name\":\"joined\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"available\",\"type\":\"uint32\"}],\"internalType\":\"structClassInfo\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"offset\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"classes\",\"outputs\":[{\"internalType\":\"bytes32[]\",\"name\":\"ids\",\"type\":\"bytes32[]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"minVramGB\",\"type\":\"uint256\"}],\"name\":\"couldRun\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"counts\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"joined\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"available\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"busy\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"minVramGB\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"seed\",\"type\":\"uint256\"}],\"name\":\"draw\",\"outputs\":[{\"internalType\":\"uint32\",\"name\":\"class\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"classId\",\"type\":\"bytes32\"},{\"internalType\":\"address[3]\",\"name\":\"nodes\",\"type\":\"address[3]\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"string\",\"name\":\"card\",\"type\":\"string\"},{\"internalType\":\"uint16\",\"name\":\"vramGB\",\"type\":\"uint16\"},{\"internalType\":\"string\",\"name\":\"runtime\",\"type\":\"string\"},{\"internalType\":\"bytes32\",\"name\":\"fingerprint\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"sealKey\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"payout\",\"type\":\"address\"}],\"internalType\":\"structJoinRequest\",\"name\":\"request\",\"type\":\"tuple\"}],\"name\":\"join\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"joinedNodes\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"largestFree\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"minClassNodes\",\"outputs\":[{\"internalType\":\"uint32\",\"name\":\"\",\"type\":\"uint32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"nodeInfo\",\"outputs\":[{\"components\":[{\"internalType\":\"enumNodeStatus\",\"name\":\"status\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"classId\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"sealKey\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"payout\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"stake\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"score\",\"type\":\"uint8\"}],\"internalType\":\"structNodeInfo\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"pause\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"quit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"resume\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"contract_\",\"type\":\"address\"}],\"name\":\"setTaskContract\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"address[3]\",\"name\":\"nodes\",\"type\":\"address[3]\"},{\"internalType\":\"enumEnding[3]\",\"name\":\"endings\",\"type\":\"uint8[3]\"},{\"internalType\":\"uint8[3]\",\"name\":\"scores\",\"type\":\"uint8[3]\"}],\"name\":\"settle\",\"outputs\":[{\"internalType\":\"address[3]\",\"name\":\"payouts\",\"type\":\"address[3]\"},{\"internalType\":\"uint256[3]\",\"name\":\"slashed\",\"type\":\"uint256[3]\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"stakeAmount\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"taskContract\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"token\",\"outputs\":[{\"internalType\":\"contractIToken\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"}]",
	ID:  "5ba46762d65e8444572ae5d905ddc6c844",
	Bin: "0x61010060405234610232576040516126e13881900390601f8201601f19168301906001600160401b0382118483101761021e5782916040528339810190808203916101a08312610232578151926001600160a01b03841684036102325761018090601f19011261023257604051906101408201906001600160401b0382118383101761021e576101249160405260208401518352604084015160208401526101606100ac60608601610236565b94604085019586526100c060808201610236565b60608601526100d160a08201610236565b60808601526100e260c08201610236565b60a08601526100f360e08201610236565b60c08601526101056101008201610236565b60e0860152610118836101208301610247565b61010086015201610247565b6101208201528051156101f057600363ffffffff835116106101ba5763ffffffff926080525160a052511660c0523360e052604051612453908161028e823960805181818161011d0152818161051c015281816108220152818161095d0152611ff0015260a0518181816106d70152610faf015260c051818181610ac80152818161228f01526122d9015260e05181610c960152f35b60405163a8c278dd60e01b815260206004820152600d60248201526c6d696e436c6173734e6f64657360981b6044820152606490fd5b60405163a8c278dd60e01b81526020600482015260056024820152647374616b6560d81b6044820152606490fd5b634e487b7160e01b5f52604160045260245ffd5b5f80fd5b519063ffffffff8216820361023257565b919082604091031261023257604080519081016001600160401b0381118282101761021e57604052602061028881839561028081610236565b855201610236565b91015256fe60806040526004361015610011575f80fd5b5f3560e01c8063046f7da21461118757806323c2e2bc146110475780633b70aebc14611020578063493dc7fa14610ffd57806352da925714610fd257806360c7dc4714610f985780636182997b14610f5f5780636ff4f5a314610e58578063817cc1ea14610e1f5780638456cb5914610d3c5780638c57c52114610c6e578063951a3d4914610c335780639c459af814610aec578063a7b8b01d14610aac578063bc7a679d14610a3c578063d79b37b414610562578063e2b6a2101461014c578063fc0c546a146101085763fc2b8cc3146100ea575f80fd5b34610104575f36600319011261010457610102611630565b005b5f80fd5b34610104575f366003190112610104576040517f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03168152602090f35b34610104576101403660031901126101045760043536608411610104573660e4116101045736610144116101045760606040519161018a8284611300565b8136843760405161019b8382611300565b823682375f546001600160a01b0316330361054f575f91825b60038410156104d5576101c68461144a565b35600581101561010457600110156104cc576001600160a01b036101f16101ec8661145c565b61161c565b165f52600760205263ffffffff60405f205416805f52600660205260405f208054918465ffffffffffff8460b01c1603610496576001820180549093906001600160a01b0316610241898c61146e565b5261024b8861144a565b35600581101561010457600314610466575b506102678761144a565b3560058110156101045760040361035b5791816102d76103529463ffffffff60026001989601945f86549665ffffffffffff60b01b19875416875555885463ffffffff60401b6102bb848360401c166117f1565b60401b169063ffffffff60401b19161789555460a01c166123a5565b85858060a01b038254167fa8d720d0a0a2e7c96bf9eb87433901ebb6331356c8f3283b2568de34478703cc6020604051868152a360ff60a01b198154168155848060a01b039054165f5160206124335f395f51905f5260206040515f8152a2610340878761146e565b5261034b868661146e565b519061141f565b935b01926101b4565b815465ffffffffffff60b01b191682556001549396929363ffffffff60401b61038d604083901c63ffffffff166117f1565b60401b169063ffffffff60401b19161760015560ff825460a01c1693600685101561045257600194600481036103ce575050906103c991611f60565b610354565b60030361040e575050600560a01b60ff60a01b19825416178155828060a01b039054165f5160206124335f395f51905f52602060405160058152a2610354565b63ffffffff906103c9938660a01b60ff60a01b19825416178155868060a01b039054165f5160206124335f395f51905f526020604051898152a25460a01c16611749565b634e487b7160e01b5f52602160045260245ffd5b8760051b60e4013560ff811681036101045760ff60a81b1990911660a89190911b60ff60a81b161782558961025d565b6104c760ff846104a86101ec8b61145c565b630ad25cdb60e11b5f526001600160a01b031660045260a01c16611251565b60445ffd5b92600190610354565b8285879280610515575b506104ed6040518094611283565b82015f905b600382106104ff5760c084f35b60208060019285518152019301910190916104f2565b61054990337f00000000000000000000000000000000000000000000000000000000000000006001600160a01b0316611edf565b836104df565b63a0e7914d60e01b5f523360045260245ffd5b346101045760203660031901126101045760043567ffffffffffffffff811161010457806004019060c06003198236030112610104576105a28280611a86565b90506105b16044830184611a86565b91801591508115610a31575b50610a055780159081156109fa575b506109ca5761ffff6105e060248301611ab9565b161561099b57608481013590811561098c5760a401906001600160a01b036106078361161c565b168015801561095a575b8015610951575b801561093e575b61092c5750335f52600760205263ffffffff60405f2054169283156108b0575b63ffffffff841690815f52600660205260405f209460ff865460a01c1660068110156104525761089d5761067561079292611b19565b60018701805463ffffffff60a01b191660a083901b63ffffffff60a01b1617815563ffffffff82169461078d9161078791906001600160a01b036106b88b61161c565b166bffffffffffffffffffffffff60a01b8254161790558760038b01557f0000000000000000000000000000000000000000000000000000000000000000998a6002820155600160a01b60ff60a01b19825416179055865f52600860205263ffffffff60405f20541690875f52600a602052610738868360405f20612050565b5f90815260066020526040902080546001600160e01b031660e083901b6001600160e01b03191617905560015463ffffffff61077581831661147f565b169063ffffffff19161760015561147f565b826122bc565b611749565b5f5260086020526107aa600160405f2001549261161c565b60405191825260018060a01b031660208201528260408201527fc40cb84b6dc6b613297ee392f5d068a074280672d0ea7268b5b77673f66027cc60603392a3604051600181525f5160206124335f395f51905f5260203392a26040516323b872dd60e01b5f90815233600452306024526044929092527f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03169160209060648180865af19060015f511482161561087d575b501561086b57005b635274afe760e01b5f5260045260245ffd5b60018215166108955750813b15153d15161682610863565b3d5f823e3d90fd5b637ca7fcf160e11b5f523360045260245ffd5b9250600154926108c863ffffffff8560801c16611605565b63ffffffff60801b19909416608085901b63ffffffff60801b1617600155335f818152600760209081526040808320805463ffffffff191663ffffffff8a1690811790915583526006909152902080546001600160a01b031916909117905561063f565b635360a43b60e01b5f5260045260245ffd5b505f546001600160a01b0316811461061f565b50308114610618565b507f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03168114610611565b63ebac937760e01b5f5260045ffd5b6040516320c8f0f160e21b81526020600482015260066024820152653b3930b6a3a160d11b6044820152606490fd5b6040516320c8f0f160e21b815260206004820152600760248201526672756e74696d6560c81b6044820152606490fd5b6080915011836105cc565b60646040516320c8f0f160e21b815260206004820152600460248201526318d85c9960e21b6044820152fd5b6080915011846105bd565b3461010457606036600319011261010457604051610a5b606082611300565b60603682375f546001600160a01b0316330361054f57610aaa610a8b60a092604435906024359060043590611497565b9063ffffffff6040949394519416845260208401526040830190611283565bf35b34610104575f36600319011261010457602060405163ffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b3461010457604036600319011261010457600435602435908063ffffffff60015460601c16809111610c2b575b610b2382826113fa565b8311610c17575b50610b3482611407565b91610b426040519384611300565b808352610b4e81611407565b602084019290601f19013684375f5b828110610ba8578385604051918291602083019060208452518091526040830191905f5b818110610b8f575050500390f35b8251845285945060209384019390920191600101610b81565b610bb2818361141f565b60018101809111610c035763ffffffff165f526008602052600160405f200154908551811015610bef5760019160208260051b8801015201610b5d565b634e487b7160e01b5f52603260045260245ffd5b634e487b7160e01b5f52601160045260245ffd5b81925090610c24916113fa565b9082610b2a565b905080610b19565b346101045760203660031901126101045760043563ffffffff8116809103610104575f5260086020526020600160405f200154604051908152f35b34610104576020366003190112610104576004356001600160a01b03811690819003610104577f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03163303610d29575f546001600160a01b03811680610d1757508115610ceb576001600160a01b031916175f55005b606460405163a8c278dd60e01b81526020600482015260046024820152637461736b60e01b6044820152fd5b63260e98d360e01b5f5260045260245ffd5b63e000635760e01b5f523360045260245ffd5b34610104575f36600319011261010457610d55336116f1565b9060ff825460a01c169060068210156104525760018203610dc357610d88915063ffffffff600184015460a01c16611809565b805460ff60a01b198116600560a01b17909155604051600581526001600160a01b03909116905f5160206124335f395f51905f5290602090a2005b5060028103610e085750805460ff60a01b198116600360a01b17909155604051600381526001600160a01b03909116905f5160206124335f395f51905f5290602090a2005b630ad25cdb60e11b5f52336004526104c790611251565b34610104575f36600319011261010457606060015463ffffffff604051918181168352818160201c16602084015260401c166040820152f35b34610104576020366003190112610104575f6080604051610e78816112e4565b606081528260208201526060604082015282606082015201526004355f52600960205263ffffffff60405f2054165f526008602052610f3260405f2080549063ffffffff60405192610ec9846112e4565b610ed56002840161135a565b845281610f4c610ef56003602088019661ffff8660601c1688520161135a565b94604087019586526060870195838516875283608089019560201c16855261ffff604051998a9960208b525160a060208c015260c08b019061125f565b925116604089015251878203601f1901606089015261125f565b9351166080850152511660a08301520390f35b34610104575f366003190112610104576004546001191680610f88575060205f5b604051908152f35b610f936020916117b9565b610f80565b34610104575f3660031901126101045760206040517f00000000000000000000000000000000000000000000000000000000000000008152f35b34610104576020366003190112610104576020610ff3600435600254611794565b1515604051908152f35b34610104575f36600319011261010457602063ffffffff60015416604051908152f35b34610104575f366003190112610104575f546040516001600160a01b039091168152602090f35b34610104576020366003190112610104576004356001600160a01b03811690819003610104575f60c060405161107c816112b4565b8281528260208201528260408201528260608201528260808201528260a082015201525f52600760205263ffffffff60405f2054165f52600660205260405f20805460ff8160a01c169060018301549063ffffffff8260a01c165f526008602052600160405f2001549160026003860154950154604051916110fd836112b4565b60068610156104525760e09660ff958785526020850190815260408501918252606085019260018060a01b03168352608085019384528660c060a087019665ffffffffffff8960b01c168852019660a81c16865260405197885251602088015251604087015260018060a01b0390511660608601525160808501525160a0840152511660c0820152f35b34610104575f366003190112610104576111a0336116f1565b9060ff825460a01c166006811015610452576005810361120b5750815460ff60a01b198116600160a01b17835560405160018082526101029463ffffffff93919290916001600160a01b0316905f5160206124335f395f51905f5290602090a2015460a01c16611749565b905060038103610e085750805460ff60a01b198116600160a11b17909155604051600281526001600160a01b03909116905f5160206124335f395f51905f5290602090a2005b600681101561045257602452565b805180835260209291819084018484015e5f828201840152601f01601f1916010190565b905f905b6003821061129457505050565b82516001600160a01b031681526020928301926001929092019101611287565b60e0810190811067ffffffffffffffff8211176112d057604052565b634e487b7160e01b5f52604160045260245ffd5b60a0810190811067ffffffffffffffff8211176112d057604052565b90601f8019910116810190811067ffffffffffffffff8211176112d057604052565b90600182811c92168015611350575b602083101461133c57565b634e487b7160e01b5f52602260045260245ffd5b91607f1691611331565b9060405191825f82549261136d84611322565b80845293600181169081156113d85750600114611394575b5061139292500383611300565b565b90505f9291925260205f20905f915b8183106113bc575050906020611392928201015f611385565b60209193508060019154838589010152019101909184926113a3565b90506020925061139294915060ff191682840152151560051b8201015f611385565b91908203918211610c0357565b67ffffffffffffffff81116112d05760051b60200190565b91908201809211610c0357565b8115611436570690565b634e487b7160e01b5f52601260045260245ffd5b6003811015610bef5760051b60840190565b6003811015610bef5760051b60240190565b906003811015610bef5760051b0190565b63ffffffff60019116019063ffffffff8211610c0357565b93906114a484869461185b565b9463ffffffff8616156115fa575063ffffffff8581165f90815260086020908152604082206001810154905490979294911c9092169160b01b65ffffffffffff60b01b16905b600384106115385750506114ff9150856119f2565b600154600363ffffffff8260401c160163ffffffff8111610c035763ffffffff60401b9060401b169063ffffffff60401b191617600155565b909161156e63ffffffff604051602081019085825287604082015260408152611562606082611300565b5190209216809261142c565b938115610c035763ffffffff61158e6001935f190196828816908c611932565b165f908152600660205260409020805467ffffffffffff00ff60a01b191660a184901b65ffffffffffff60b01b19161785179081905560a083901b83900316806115d8838a61146e565b525f5160206124335f395f51905f52602060405160028152a2019291906114ea565b5f9550859450925050565b63ffffffff1663ffffffff8114610c035760010190565b356001600160a01b03811681036101045790565b611639336116f1565b805460a01c60ff169291600684101580610452576002851480156116e5575b6116a7576104525760048414611690576001611392939403611f605761168b8163ffffffff600185015460a01c16611809565b611f60565b630ad25cdb60e11b5f52336004526104c784611251565b5050805460ff60a01b198116600160a21b17909155604051600481529192506001600160a01b0316905f5160206124335f395f51905f5290602090a2565b50505f60038514611658565b60018060a01b0316805f52600760205263ffffffff60405f20541691825f52600660205260405f209160ff835460a01c16600681101561045257156117335750565b630ad25cdb60e11b5f526004525f60245260445ffd5b61178e6113929263ffffffff83165f52600860205263ffffffff8060405f205460201c1691165f5260066020526117888160405f205460e01c85611932565b5061147f565b906119f2565b60ff82116117b35781156117aa575b811c901b90565b600191506117a3565b50505f90565b905f916080805b6117c8575050565b81811c806117db575b5060011c806117c0565b81949250906117ea919261141f565b925f6117d1565b63ffffffff5f199116019063ffffffff8211610c0357565b906113929163ffffffff81165f52600860205263ffffffff6118338160405f205460201c166117f1565b92165f52600660205261185560405f205460e01c63ffffffff84169083611932565b506119f2565b61186a90929192600454611794565b90811561192b575f82805b61190b5750611884908461142c565b915b82156118a3575f19810190808211610c035716915f190191611886565b90929150801960018101809111610c03576118be91166117b9565b5f5260056020526118f460405f209163ffffffff6118ea845f805260205263ffffffff60405f20541690565b169060801c61142c565b60010180600111610c03576119089161201d565b90565b5f19810190808211610c035716905f198114610c03576001019080611875565b9150505f90565b63ffffffff165f908152600a60205260409020929190611952818561201d565b938282146119ed57916119bc63ffffffff8093818661198a8a87611979816113929c61201d565b93611985858883612050565b612050565b165f90815260066020526040902080546001600160e01b03169290911660e01b6001600160e01b031916919091179055565b8482165f90815260066020526040902080546001600160e01b03169190921660e01b6001600160e01b031916179055565b505050565b63ffffffff81165f52600860205260405f20906001549263ffffffff835460201c1663ffffffff8560201c160363ffffffff8111610c035763ffffffff8083169116019363ffffffff8511610c035767ffffffff000000006113929560201b169067ffffffff0000000019161760015567ffffffff0000000083549160201b169067ffffffff000000001916178255612097565b903590601e1981360301821215610104570180359067ffffffffffffffff82116101045760200191813603831361010457565b3561ffff811681036101045790565b908060209392818452848401375f828201840152601f01601f1916010190565b90611b0561ffff9161190897959694606085526060850191611ac8565b941660208201526040818503910152611ac8565b90611b248280611a86565b92906020820190611b3482611ab9565b611b696040850196611b5b611b498988611a86565b90604051958694602086019889611ae8565b03601f198101835282611300565b51902091825f52600960205263ffffffff60405f20541680611ed8575060015494611b9c63ffffffff8760601c16611605565b9563ffffffff60601b8760601b169063ffffffff60601b19161760015563ffffffff86855f52600960205260405f208282168319825416179055165f52600860205260405f20846001820155611bf184611ab9565b815461ffff60601b191660609190911b61ffff60601b16178155611c158380611a86565b600283019167ffffffffffffffff82116112d0578190611c358454611322565b601f8111611e7f575b505f90601f8311600114611e18575f92611e0d575b50508160011b915f199060031b1c19161790555b6003611c738385611a86565b919092019167ffffffffffffffff82116112d057611c918354611322565b601f8111611dbc575b505f90601f8311600114611d2a5793611d1a9383611d079794611d0d947f479204637f90d3e9fc63baa89221a2744c1559efc3246bd84d882e64810bbb839a985f92611d1f575b50508160011b915f199060031b1c19161790555b611cff8380611a86565b969095611ab9565b92611a86565b9160405195869586611ae8565b0390a2565b013590505f80611ce1565b601f19831691845f5260205f20925f5b818110611da4575084611d0d947f479204637f90d3e9fc63baa89221a2744c1559efc3246bd84d882e64810bbb839a9894611d1a9894611d079b9860019510611d8b575b505050811b019055611cf5565b01355f19600384901b60f8161c191690555f8080611d7e565b91936020600181928787013581550195019201611d3a565b82811115611c9a57835f5260205f20601f840160051c9060208510611e05575b81601f9101920160051c03905f5b828110611df8575050611c9a565b5f82820155600101611dea565b5f9150611ddc565b013590505f80611c53565b909150601f19831691845f5260205f20925f5b818110611e675750908460019594939210611e4e575b505050811b019055611c67565b01355f19600384901b60f8161c191690555f8080611e41565b91936020600181928787013581550195019201611e2b565b82811115611c3e57909150835f5260205f20601f840160051c9060208510611ed0575b849392601f0160051c82900391015f5b828110611ec0575050611c3e565b5f81830155859450600101611eb2565b5f9150611ea2565b9450505050565b916040519163a9059cbb60e01b5f5260018060a01b031660045260245260205f60448180865af19060015f5114821615611f3f575b60405215611f1f5750565b635274afe760e01b5f9081526001600160a01b0391909116600452602490fd5b906001811516611f5757823b15153d15161690611f14565b503d5f823e3d90fd5b5f611392926002810190611f9082549463ffffffff600184015460018060a01b0381169687965560a01c166123a5565b805460ff60a01b1981169091556040515f81526001600160a01b039091169081905f5160206124335f395f51905f5290602090a27f39cbe60485c582d503d988af49140a7ef4f976edea462d0a72f26f1b0cc695066020604051868152a37f00000000000000000000000000000000000000000000000000000000000000006001600160a01b0316611edf565b8160031c5f5260205260405f205460e0600783169260051b169180830460201490151715610c035763ffffffff911c1690565b9091600783169260e08160051b169380850460201490151715610c035760031c5f9081526020929092526040909120805463ffffffff80851b19909116921690921b179055565b8154600363ffffffff8260201c1610159081612288575b63ffffffff9060401c161515811515146119ed576121d5575063ffffffff6120d582612414565b81835460401c16905f91815f52600560205260405f20612103815f805260205263ffffffff60405f20541690565b858116928381036121a9575b5060019291612120612145926117f1565b63ffffffff905f805282602052811960405f205416925f8052602052161760405f2055565b14612197575b501680612164575b50805463ffffffff60401b19169055565b81545f91825260086020526040909120805463ffffffff60401b191663ffffffff60401b9092169190911790555f612153565b6001901b19600454166004555f61214b565b945081612120612145926121cb6121c3876001989761201d565b809985612050565b925050919261210f565b816121e261139293612414565b805f526005602052600160405f209361224e61221461220f875f805260205263ffffffff60405f20541690565b61147f565b809661222863ffffffff8316948583612050565b9063ffffffff905f805282602052811960405f205416925f8052602052161760405f2055565b14612275575b509063ffffffff60401b82549160401b169063ffffffff60401b1916179055565b600180911b60045417176004555f612254565b63ffffffff7f00000000000000000000000000000000000000000000000000000000000000008116908216101591506120ae565b9063ffffffff918281165f52600860205260405f209183835416847f000000000000000000000000000000000000000000000000000000000000000016908186841610159586931663ffffffff19865416178555101503612322575b6113929250612097565b61232b82612414565b921561238157825f52600360205260405f205460018101809111610c0357611392936001915b815f5260036020528060405f2055155f14612374571b1960025416600255612318565b1b60025417600255612318565b825f52600360205260405f20545f198101908111610c035761139293600191612351565b906113929163ffffffff81165f52600860205263ffffffff6123cc8160405f2054166117f1565b92165f5260066020526123ee60405f205460e01c63ffffffff84169083611932565b5060015463ffffffff6124028183166117f1565b169063ffffffff1916176001556122bc565b5460601c61ffff1660ff81111561242b575060ff90565b61ffff169056fee35288575ab494303cff1e4fc261402854f4e1821716f9cac17e7fe2237bc92f",
}

// Node is an auto generated Go binding around an Ethereum contract.
type Node struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *Node) GetABI() abi.ABI {
	return c.abi
}

// NewNode creates a new instance of Node.
func NewNode() *Node {
	parsed, err := NodeMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &Node{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *Node) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address token_, (uint256,uint256,uint32,uint32,uint32,uint32,uint32,uint32,(uint32,uint32),(uint32,uint32)) params) returns()
func (node *Node) PackConstructor(token_ common.Address, params Params) []byte {
	enc, err := node.abi.Pack("", token_, params)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackClassAt is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x951a3d49.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function classAt(uint32 class) view returns(bytes32)
func (node *Node) PackClassAt(class uint32) []byte {
	enc, err := node.abi.Pack("classAt", class)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackClassAt is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x951a3d49.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function classAt(uint32 class) view returns(bytes32)
func (node *Node) TryPackClassAt(class uint32) ([]byte, error) {
	return node.abi.Pack("classAt", class)
}

// UnpackClassAt is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x951a3d49.
//
// Solidity: function classAt(uint32 class) view returns(bytes32)
func (node *Node) UnpackClassAt(data []byte) ([32]byte, error) {
	out, err := node.abi.Unpack("classAt", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackClassInfo is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6ff4f5a3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function classInfo(bytes32 classId) view returns((string,uint16,string,uint32,uint32))
func (node *Node) PackClassInfo(classId [32]byte) []byte {
	enc, err := node.abi.Pack("classInfo", classId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackClassInfo is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6ff4f5a3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function classInfo(bytes32 classId) view returns((string,uint16,string,uint32,uint32))
func (node *Node) TryPackClassInfo(classId [32]byte) ([]byte, error) {
	return node.abi.Pack("classInfo", classId)
}

// UnpackClassInfo is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x6ff4f5a3.
//
// Solidity: function classInfo(bytes32 classId) view returns((string,uint16,string,uint32,uint32))
func (node *Node) UnpackClassInfo(data []byte) (ClassInfo, error) {
	out, err := node.abi.Unpack("classInfo", data)
	if err != nil {
		return *new(ClassInfo), err
	}
	out0 := *abi.ConvertType(out[0], new(ClassInfo)).(*ClassInfo)
	return out0, nil
}

// PackClasses is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9c459af8.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function classes(uint256 offset, uint256 length) view returns(bytes32[] ids)
func (node *Node) PackClasses(offset *big.Int, length *big.Int) []byte {
	enc, err := node.abi.Pack("classes", offset, length)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackClasses is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9c459af8.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function classes(uint256 offset, uint256 length) view returns(bytes32[] ids)
func (node *Node) TryPackClasses(offset *big.Int, length *big.Int) ([]byte, error) {
	return node.abi.Pack("classes", offset, length)
}

// UnpackClasses is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x9c459af8.
//
// Solidity: function classes(uint256 offset, uint256 length) view returns(bytes32[] ids)
func (node *Node) UnpackClasses(data []byte) ([][32]byte, error) {
	out, err := node.abi.Unpack("classes", data)
	if err != nil {
		return *new([][32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([][32]byte)).(*[][32]byte)
	return out0, nil
}

// PackCouldRun is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x52da9257.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function couldRun(uint256 minVramGB) view returns(bool)
func (node *Node) PackCouldRun(minVramGB *big.Int) []byte {
	enc, err := node.abi.Pack("couldRun", minVramGB)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCouldRun is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x52da9257.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function couldRun(uint256 minVramGB) view returns(bool)
func (node *Node) TryPackCouldRun(minVramGB *big.Int) ([]byte, error) {
	return node.abi.Pack("couldRun", minVramGB)
}

// UnpackCouldRun is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x52da9257.
//
// Solidity: function couldRun(uint256 minVramGB) view returns(bool)
func (node *Node) UnpackCouldRun(data []byte) (bool, error) {
	out, err := node.abi.Unpack("couldRun", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackCounts is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x817cc1ea.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function counts() view returns(uint256 joined, uint256 available, uint256 busy)
func (node *Node) PackCounts() []byte {
	enc, err := node.abi.Pack("counts")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCounts is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x817cc1ea.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function counts() view returns(uint256 joined, uint256 available, uint256 busy)
func (node *Node) TryPackCounts() ([]byte, error) {
	return node.abi.Pack("counts")
}

// NodeCountsOutput serves as a container for the return parameters of contract
// method Counts.
type NodeCountsOutput struct {
	Joined    *big.Int
	Available *big.Int
	Busy      *big.Int
}

// UnpackCounts is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x817cc1ea.
//
// Solidity: function counts() view returns(uint256 joined, uint256 available, uint256 busy)
func (node *Node) UnpackCounts(data []byte) (NodeCountsOutput, error) {
	out, err := node.abi.Unpack("counts", data)
	outstruct := new(NodeCountsOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Joined = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.Available = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	outstruct.Busy = abi.ConvertType(out[2], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackDraw is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbc7a679d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function draw(uint256 taskId, uint256 minVramGB, uint256 seed) returns(uint32 class, bytes32 classId, address[3] nodes)
func (node *Node) PackDraw(taskId *big.Int, minVramGB *big.Int, seed *big.Int) []byte {
	enc, err := node.abi.Pack("draw", taskId, minVramGB, seed)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDraw is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbc7a679d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function draw(uint256 taskId, uint256 minVramGB, uint256 seed) returns(uint32 class, bytes32 classId, address[3] nodes)
func (node *Node) TryPackDraw(taskId *big.Int, minVramGB *big.Int, seed *big.Int) ([]byte, error) {
	return node.abi.Pack("draw", taskId, minVramGB, seed)
}

// NodeDrawOutput serves as a container for the return parameters of contract
// method Draw.
type NodeDrawOutput struct {
	Class   uint32
	ClassId [32]byte
	Nodes   [3]common.Address
}

// UnpackDraw is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xbc7a679d.
//
// Solidity: function draw(uint256 taskId, uint256 minVramGB, uint256 seed) returns(uint32 class, bytes32 classId, address[3] nodes)
func (node *Node) UnpackDraw(data []byte) (NodeDrawOutput, error) {
	out, err := node.abi.Unpack("draw", data)
	outstruct := new(NodeDrawOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Class = *abi.ConvertType(out[0], new(uint32)).(*uint32)
	outstruct.ClassId = *abi.ConvertType(out[1], new([32]byte)).(*[32]byte)
	outstruct.Nodes = *abi.ConvertType(out[2], new([3]common.Address)).(*[3]common.Address)
	return *outstruct, nil
}

// PackJoin is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd79b37b4.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function join((string,uint16,string,bytes32,bytes32,address) request) returns()
func (node *Node) PackJoin(request JoinRequest) []byte {
	enc, err := node.abi.Pack("join", request)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackJoin is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd79b37b4.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function join((string,uint16,string,bytes32,bytes32,address) request) returns()
func (node *Node) TryPackJoin(request JoinRequest) ([]byte, error) {
	return node.abi.Pack("join", request)
}

// PackJoinedNodes is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x493dc7fa.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function joinedNodes() view returns(uint256)
func (node *Node) PackJoinedNodes() []byte {
	enc, err := node.abi.Pack("joinedNodes")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackJoinedNodes is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x493dc7fa.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function joinedNodes() view returns(uint256)
func (node *Node) TryPackJoinedNodes() ([]byte, error) {
	return node.abi.Pack("joinedNodes")
}

// UnpackJoinedNodes is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x493dc7fa.
//
// Solidity: function joinedNodes() view returns(uint256)
func (node *Node) UnpackJoinedNodes(data []byte) (*big.Int, error) {
	out, err := node.abi.Unpack("joinedNodes", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackLargestFree is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6182997b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function largestFree() view returns(uint256)
func (node *Node) PackLargestFree() []byte {
	enc, err := node.abi.Pack("largestFree")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackLargestFree is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6182997b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function largestFree() view returns(uint256)
func (node *Node) TryPackLargestFree() ([]byte, error) {
	return node.abi.Pack("largestFree")
}

// UnpackLargestFree is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x6182997b.
//
// Solidity: function largestFree() view returns(uint256)
func (node *Node) UnpackLargestFree(data []byte) (*big.Int, error) {
	out, err := node.abi.Unpack("largestFree", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackMinClassNodes is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa7b8b01d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function minClassNodes() view returns(uint32)
func (node *Node) PackMinClassNodes() []byte {
	enc, err := node.abi.Pack("minClassNodes")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMinClassNodes is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa7b8b01d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function minClassNodes() view returns(uint32)
func (node *Node) TryPackMinClassNodes() ([]byte, error) {
	return node.abi.Pack("minClassNodes")
}

// UnpackMinClassNodes is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa7b8b01d.
//
// Solidity: function minClassNodes() view returns(uint32)
func (node *Node) UnpackMinClassNodes(data []byte) (uint32, error) {
	out, err := node.abi.Unpack("minClassNodes", data)
	if err != nil {
		return *new(uint32), err
	}
	out0 := *abi.ConvertType(out[0], new(uint32)).(*uint32)
	return out0, nil
}

// PackNodeInfo is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23c2e2bc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function nodeInfo(address account) view returns((uint8,bytes32,bytes32,address,uint256,uint256,uint8))
func (node *Node) PackNodeInfo(account common.Address) []byte {
	enc, err := node.abi.Pack("nodeInfo", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackNodeInfo is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23c2e2bc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function nodeInfo(address account) view returns((uint8,bytes32,bytes32,address,uint256,uint256,uint8))
func (node *Node) TryPackNodeInfo(account common.Address) ([]byte, error) {
	return node.abi.Pack("nodeInfo", account)
}

// UnpackNodeInfo is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x23c2e2bc.
//
// Solidity: function nodeInfo(address account) view returns((uint8,bytes32,bytes32,address,uint256,uint256,uint8))
func (node *Node) UnpackNodeInfo(data []byte) (NodeInfo, error) {
	out, err := node.abi.Unpack("nodeInfo", data)
	if err != nil {
		return *new(NodeInfo), err
	}
	out0 := *abi.ConvertType(out[0], new(NodeInfo)).(*NodeInfo)
	return out0, nil
}

// PackPause is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8456cb59.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function pause() returns()
func (node *Node) PackPause() []byte {
	enc, err := node.abi.Pack("pause")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPause is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8456cb59.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function pause() returns()
func (node *Node) TryPackPause() ([]byte, error) {
	return node.abi.Pack("pause")
}

// PackQuit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfc2b8cc3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function quit() returns()
func (node *Node) PackQuit() []byte {
	enc, err := node.abi.Pack("quit")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackQuit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfc2b8cc3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function quit() returns()
func (node *Node) TryPackQuit() ([]byte, error) {
	return node.abi.Pack("quit")
}

// PackResume is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x046f7da2.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function resume() returns()
func (node *Node) PackResume() []byte {
	enc, err := node.abi.Pack("resume")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackResume is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x046f7da2.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function resume() returns()
func (node *Node) TryPackResume() ([]byte, error) {
	return node.abi.Pack("resume")
}

// PackSetTaskContract is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8c57c521.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setTaskContract(address contract_) returns()
func (node *Node) PackSetTaskContract(contract common.Address) []byte {
	enc, err := node.abi.Pack("setTaskContract", contract)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetTaskContract is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8c57c521.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setTaskContract(address contract_) returns()
func (node *Node) TryPackSetTaskContract(contract common.Address) ([]byte, error) {
	return node.abi.Pack("setTaskContract", contract)
}

// PackSettle is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe2b6a210.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function settle(uint256 taskId, address[3] nodes, uint8[3] endings, uint8[3] scores) returns(address[3] payouts, uint256[3] slashed)
func (node *Node) PackSettle(taskId *big.Int, nodes [3]common.Address, endings [3]uint8, scores [3]uint8) []byte {
	enc, err := node.abi.Pack("settle", taskId, nodes, endings, scores)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSettle is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe2b6a210.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function settle(uint256 taskId, address[3] nodes, uint8[3] endings, uint8[3] scores) returns(address[3] payouts, uint256[3] slashed)
func (node *Node) TryPackSettle(taskId *big.Int, nodes [3]common.Address, endings [3]uint8, scores [3]uint8) ([]byte, error) {
	return node.abi.Pack("settle", taskId, nodes, endings, scores)
}

// NodeSettleOutput serves as a container for the return parameters of contract
// method Settle.
type NodeSettleOutput struct {
	Payouts [3]common.Address
	Slashed [3]*big.Int
}

// UnpackSettle is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xe2b6a210.
//
// Solidity: function settle(uint256 taskId, address[3] nodes, uint8[3] endings, uint8[3] scores) returns(address[3] payouts, uint256[3] slashed)
func (node *Node) UnpackSettle(data []byte) (NodeSettleOutput, error) {
	out, err := node.abi.Unpack("settle", data)
	outstruct := new(NodeSettleOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Payouts = *abi.ConvertType(out[0], new([3]common.Address)).(*[3]common.Address)
	outstruct.Slashed = *abi.ConvertType(out[1], new([3]*big.Int)).(*[3]*big.Int)
	return *outstruct, nil
}

// PackStakeAmount is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x60c7dc47.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function stakeAmount() view returns(uint256)
func (node *Node) PackStakeAmount() []byte {
	enc, err := node.abi.Pack("stakeAmount")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackStakeAmount is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x60c7dc47.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function stakeAmount() view returns(uint256)
func (node *Node) TryPackStakeAmount() ([]byte, error) {
	return node.abi.Pack("stakeAmount")
}

// UnpackStakeAmount is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x60c7dc47.
//
// Solidity: function stakeAmount() view returns(uint256)
func (node *Node) UnpackStakeAmount(data []byte) (*big.Int, error) {
	out, err := node.abi.Unpack("stakeAmount", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackTaskContract is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3b70aebc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function taskContract() view returns(address)
func (node *Node) PackTaskContract() []byte {
	enc, err := node.abi.Pack("taskContract")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTaskContract is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3b70aebc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function taskContract() view returns(address)
func (node *Node) TryPackTaskContract() ([]byte, error) {
	return node.abi.Pack("taskContract")
}

// UnpackTaskContract is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x3b70aebc.
//
// Solidity: function taskContract() view returns(address)
func (node *Node) UnpackTaskContract(data []byte) (common.Address, error) {
	out, err := node.abi.Unpack("taskContract", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackToken is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfc0c546a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function token() view returns(address)
func (node *Node) PackToken() []byte {
	enc, err := node.abi.Pack("token")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackToken is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfc0c546a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function token() view returns(address)
func (node *Node) TryPackToken() ([]byte, error) {
	return node.abi.Pack("token")
}

// UnpackToken is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xfc0c546a.
//
// Solidity: function token() view returns(address)
func (node *Node) UnpackToken(data []byte) (common.Address, error) {
	out, err := node.abi.Unpack("token", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// NodeClassAdded represents a ClassAdded event raised by the Node contract.
type NodeClassAdded struct {
	ClassId [32]byte
	Card    string
	VramGB  uint16
	Runtime string
	Raw     *types.Log // Blockchain specific contextual infos
}

const NodeClassAddedEventName = "ClassAdded"

// ContractEventName returns the user-defined event name.
func (NodeClassAdded) ContractEventName() string {
	return NodeClassAddedEventName
}

// UnpackClassAddedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event ClassAdded(bytes32 indexed classId, string card, uint16 vramGB, string runtime)
func (node *Node) UnpackClassAddedEvent(log *types.Log) (*NodeClassAdded, error) {
	event := "ClassAdded"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != node.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(NodeClassAdded)
	if len(log.Data) > 0 {
		if err := node.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range node.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// NodeNodeJoined represents a NodeJoined event raised by the Node contract.
type NodeNodeJoined struct {
	Node    common.Address
	ClassId [32]byte
	SealKey [32]byte
	Payout  common.Address
	Stake   *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const NodeNodeJoinedEventName = "NodeJoined"

// ContractEventName returns the user-defined event name.
func (NodeNodeJoined) ContractEventName() string {
	return NodeNodeJoinedEventName
}

// UnpackNodeJoinedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event NodeJoined(address indexed node, bytes32 indexed classId, bytes32 sealKey, address payout, uint256 stake)
func (node *Node) UnpackNodeJoinedEvent(log *types.Log) (*NodeNodeJoined, error) {
	event := "NodeJoined"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != node.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(NodeNodeJoined)
	if len(log.Data) > 0 {
		if err := node.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range node.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// NodeNodeKickedOut represents a NodeKickedOut event raised by the Node contract.
type NodeNodeKickedOut struct {
	Node common.Address
	Raw  *types.Log // Blockchain specific contextual infos
}

const NodeNodeKickedOutEventName = "NodeKickedOut"

// ContractEventName returns the user-defined event name.
func (NodeNodeKickedOut) ContractEventName() string {
	return NodeNodeKickedOutEventName
}

// UnpackNodeKickedOutEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event NodeKickedOut(address indexed node)
func (node *Node) UnpackNodeKickedOutEvent(log *types.Log) (*NodeNodeKickedOut, error) {
	event := "NodeKickedOut"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != node.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(NodeNodeKickedOut)
	if len(log.Data) > 0 {
		if err := node.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range node.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// NodeNodeSlashed represents a NodeSlashed event raised by the Node contract.
type NodeNodeSlashed struct {
	Node   common.Address
	TaskId *big.Int
	Stake  *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const NodeNodeSlashedEventName = "NodeSlashed"

// ContractEventName returns the user-defined event name.
func (NodeNodeSlashed) ContractEventName() string {
	return NodeNodeSlashedEventName
}

// UnpackNodeSlashedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event NodeSlashed(address indexed node, uint256 indexed taskId, uint256 stake)
func (node *Node) UnpackNodeSlashedEvent(log *types.Log) (*NodeNodeSlashed, error) {
	event := "NodeSlashed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != node.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(NodeNodeSlashed)
	if len(log.Data) > 0 {
		if err := node.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range node.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// NodeNodeStatusChanged represents a NodeStatusChanged event raised by the Node contract.
type NodeNodeStatusChanged struct {
	Node   common.Address
	Status uint8
	Raw    *types.Log // Blockchain specific contextual infos
}

const NodeNodeStatusChangedEventName = "NodeStatusChanged"

// ContractEventName returns the user-defined event name.
func (NodeNodeStatusChanged) ContractEventName() string {
	return NodeNodeStatusChangedEventName
}

// UnpackNodeStatusChangedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event NodeStatusChanged(address indexed node, uint8 status)
func (node *Node) UnpackNodeStatusChangedEvent(log *types.Log) (*NodeNodeStatusChanged, error) {
	event := "NodeStatusChanged"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != node.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(NodeNodeStatusChanged)
	if len(log.Data) > 0 {
		if err := node.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range node.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// NodeStakeReturned represents a StakeReturned event raised by the Node contract.
type NodeStakeReturned struct {
	Node   common.Address
	To     common.Address
	Amount *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const NodeStakeReturnedEventName = "StakeReturned"

// ContractEventName returns the user-defined event name.
func (NodeStakeReturned) ContractEventName() string {
	return NodeStakeReturnedEventName
}

// UnpackStakeReturnedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event StakeReturned(address indexed node, address indexed to, uint256 amount)
func (node *Node) UnpackStakeReturnedEvent(log *types.Log) (*NodeStakeReturned, error) {
	event := "StakeReturned"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != node.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(NodeStakeReturned)
	if len(log.Data) > 0 {
		if err := node.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range node.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (node *Node) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], node.abi.Errors["AlreadyJoined"].ID.Bytes()[:4]) {
		return node.UnpackAlreadyJoinedError(raw[4:])
	}
	if bytes.Equal(raw[:4], node.abi.Errors["IllegalStatus"].ID.Bytes()[:4]) {
		return node.UnpackIllegalStatusError(raw[4:])
	}
	if bytes.Equal(raw[:4], node.abi.Errors["InvalidClass"].ID.Bytes()[:4]) {
		return node.UnpackInvalidClassError(raw[4:])
	}
	if bytes.Equal(raw[:4], node.abi.Errors["InvalidParams"].ID.Bytes()[:4]) {
		return node.UnpackInvalidParamsError(raw[4:])
	}
	if bytes.Equal(raw[:4], node.abi.Errors["InvalidPayout"].ID.Bytes()[:4]) {
		return node.UnpackInvalidPayoutError(raw[4:])
	}
	if bytes.Equal(raw[:4], node.abi.Errors["InvalidSealKey"].ID.Bytes()[:4]) {
		return node.UnpackInvalidSealKeyError(raw[4:])
	}
	if bytes.Equal(raw[:4], node.abi.Errors["OnlyDeployer"].ID.Bytes()[:4]) {
		return node.UnpackOnlyDeployerError(raw[4:])
	}
	if bytes.Equal(raw[:4], node.abi.Errors["OnlyTaskContract"].ID.Bytes()[:4]) {
		return node.UnpackOnlyTaskContractError(raw[4:])
	}
	if bytes.Equal(raw[:4], node.abi.Errors["SafeERC20FailedOperation"].ID.Bytes()[:4]) {
		return node.UnpackSafeERC20FailedOperationError(raw[4:])
	}
	if bytes.Equal(raw[:4], node.abi.Errors["TaskContractAlreadySet"].ID.Bytes()[:4]) {
		return node.UnpackTaskContractAlreadySetError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// NodeAlreadyJoined represents a AlreadyJoined error raised by the Node contract.
type NodeAlreadyJoined struct {
	Node common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AlreadyJoined(address node)
func NodeAlreadyJoinedErrorID() common.Hash {
	return common.HexToHash("0xf94ff9e22ff6d307f669a05eeeec6954f156c0a1c9834c27e904d4cbfaee1f5f")
}

// UnpackAlreadyJoinedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AlreadyJoined(address node)
func (node *Node) UnpackAlreadyJoinedError(raw []byte) (*NodeAlreadyJoined, error) {
	out := new(NodeAlreadyJoined)
	if err := node.abi.UnpackIntoInterface(out, "AlreadyJoined", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// NodeIllegalStatus represents a IllegalStatus error raised by the Node contract.
type NodeIllegalStatus struct {
	Node   common.Address
	Status uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error IllegalStatus(address node, uint8 status)
func NodeIllegalStatusErrorID() common.Hash {
	return common.HexToHash("0x15a4b9b6b44dd3f1de9f79810de6607ed8bd1f22f4908285c36282bf15bcf34a")
}

// UnpackIllegalStatusError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error IllegalStatus(address node, uint8 status)
func (node *Node) UnpackIllegalStatusError(raw []byte) (*NodeIllegalStatus, error) {
	out := new(NodeIllegalStatus)
	if err := node.abi.UnpackIntoInterface(out, "IllegalStatus", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// NodeInvalidClass represents a InvalidClass error raised by the Node contract.
type NodeInvalidClass struct {
	Field string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidClass(string field)
func NodeInvalidClassErrorID() common.Hash {
	return common.HexToHash("0x8323c3c4af8ad8d1265bc7995d8c87ffb3b68b533da113e23e82db9777b89652")
}

// UnpackInvalidClassError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidClass(string field)
func (node *Node) UnpackInvalidClassError(raw []byte) (*NodeInvalidClass, error) {
	out := new(NodeInvalidClass)
	if err := node.abi.UnpackIntoInterface(out, "InvalidClass", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// NodeInvalidParams represents a InvalidParams error raised by the Node contract.
type NodeInvalidParams struct {
	Field string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidParams(string field)
func NodeInvalidParamsErrorID() common.Hash {
	return common.HexToHash("0xa8c278dd678025fcd1ba899b5c9701b4f3cde35c26cff3abbdc63ff5ceeeb107")
}

// UnpackInvalidParamsError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidParams(string field)
func (node *Node) UnpackInvalidParamsError(raw []byte) (*NodeInvalidParams, error) {
	out := new(NodeInvalidParams)
	if err := node.abi.UnpackIntoInterface(out, "InvalidParams", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// NodeInvalidPayout represents a InvalidPayout error raised by the Node contract.
type NodeInvalidPayout struct {
	Payout common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidPayout(address payout)
func NodeInvalidPayoutErrorID() common.Hash {
	return common.HexToHash("0x5360a43bca02546148ef2b3543bf953087f5738bb778e29610f477bbc6c1f4c6")
}

// UnpackInvalidPayoutError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidPayout(address payout)
func (node *Node) UnpackInvalidPayoutError(raw []byte) (*NodeInvalidPayout, error) {
	out := new(NodeInvalidPayout)
	if err := node.abi.UnpackIntoInterface(out, "InvalidPayout", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// NodeInvalidSealKey represents a InvalidSealKey error raised by the Node contract.
type NodeInvalidSealKey struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidSealKey()
func NodeInvalidSealKeyErrorID() common.Hash {
	return common.HexToHash("0xebac93775c0ed335a61fd5df380bc5328770bab4abfb94de73ea5c6b54cb3355")
}

// UnpackInvalidSealKeyError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidSealKey()
func (node *Node) UnpackInvalidSealKeyError(raw []byte) (*NodeInvalidSealKey, error) {
	out := new(NodeInvalidSealKey)
	if err := node.abi.UnpackIntoInterface(out, "InvalidSealKey", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// NodeOnlyDeployer represents a OnlyDeployer error raised by the Node contract.
type NodeOnlyDeployer struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error OnlyDeployer(address caller)
func NodeOnlyDeployerErrorID() common.Hash {
	return common.HexToHash("0xe00063570d0f1545131fdfb5ae1c98784abce871045c02560d44147bd7f95f1d")
}

// UnpackOnlyDeployerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error OnlyDeployer(address caller)
func (node *Node) UnpackOnlyDeployerError(raw []byte) (*NodeOnlyDeployer, error) {
	out := new(NodeOnlyDeployer)
	if err := node.abi.UnpackIntoInterface(out, "OnlyDeployer", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// NodeOnlyTaskContract represents a OnlyTaskContract error raised by the Node contract.
type NodeOnlyTaskContract struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error OnlyTaskContract(address caller)
func NodeOnlyTaskContractErrorID() common.Hash {
	return common.HexToHash("0xa0e7914dc8f8514d035db0fecd5063eda723854d8d76172064a1d19f69674934")
}

// UnpackOnlyTaskContractError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error OnlyTaskContract(address caller)
func (node *Node) UnpackOnlyTaskContractError(raw []byte) (*NodeOnlyTaskContract, error) {
	out := new(NodeOnlyTaskContract)
	if err := node.abi.UnpackIntoInterface(out, "OnlyTaskContract", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// NodeSafeERC20FailedOperation represents a SafeERC20FailedOperation error raised by the Node contract.
type NodeSafeERC20FailedOperation struct {
	Token common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SafeERC20FailedOperation(address token)
func NodeSafeERC20FailedOperationErrorID() common.Hash {
	return common.HexToHash("0x5274afe73c98b4749fc91ffae6b7b574e7842cb2144a159e9377a5f20b32edf9")
}

// UnpackSafeERC20FailedOperationError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SafeERC20FailedOperation(address token)
func (node *Node) UnpackSafeERC20FailedOperationError(raw []byte) (*NodeSafeERC20FailedOperation, error) {
	out := new(NodeSafeERC20FailedOperation)
	if err := node.abi.UnpackIntoInterface(out, "SafeERC20FailedOperation", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// NodeTaskContractAlreadySet represents a TaskContractAlreadySet error raised by the Node contract.
type NodeTaskContractAlreadySet struct {
	Task common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TaskContractAlreadySet(address task)
func NodeTaskContractAlreadySetErrorID() common.Hash {
	return common.HexToHash("0x260e98d3b8c3183004f4c5de9163821f6cd179ef2b5693669dc5ae20f3492976")
}

// UnpackTaskContractAlreadySetError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TaskContractAlreadySet(address task)
func (node *Node) UnpackTaskContractAlreadySetError(raw []byte) (*NodeTaskContractAlreadySet, error) {
	out := new(NodeTaskContractAlreadySet)
	if err := node.abi.UnpackIntoInterface(out, "TaskContractAlreadySet", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskMetaData contains all meta data concerning the Task contract.
var TaskMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"contractIToken\",\"name\":\"token_\",\"type\":\"address\"},{\"internalType\":\"contractINodeLedger\",\"name\":\"nodes_\",\"type\":\"address\"},{\"components\":[{\"internalType\":\"uint256\",\"name\":\"stake\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"minFee\",\"type\":\"uint256\"},{\"internalType\":\"uint32\",\"name\":\"minClassNodes\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"commitSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"revealSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"openSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"queueSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"queuePer100Nodes\",\"type\":\"uint32\"},{\"components\":[{\"internalType\":\"uint32\",\"name\":\"overheadSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"secondsPerUnit\",\"type\":\"uint32\"}],\"internalType\":\"structPricing\",\"name\":\"stableDiffusion\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"uint32\",\"name\":\"overheadSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"secondsPerUnit\",\"type\":\"uint32\"}],\"internalType\":\"structPricing\",\"name\":\"gpt\",\"type\":\"tuple\"}],\"internalType\":\"structParams\",\"name\":\"params\",\"type\":\"tuple\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"}],\"name\":\"AlreadyCommitted\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"}],\"name\":\"AlreadyRevealed\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"deadline\",\"type\":\"uint64\"}],\"name\":\"CloseTooEarly\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"commitBy\",\"type\":\"uint64\"}],\"name\":\"CommitTooLate\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"}],\"name\":\"DispatchTooEarly\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"fee\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"minimum\",\"type\":\"uint256\"}],\"name\":\"FeeTooLow\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"}],\"name\":\"InvalidCommitment\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"field\",\"type\":\"string\"}],\"name\":\"InvalidParams\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"enumResultKind\",\"name\":\"kind\",\"type\":\"uint8\"},{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"InvalidResult\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"}],\"name\":\"InvalidSeat\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidShortString\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidUnits\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint16\",\"name\":\"minVramGB\",\"type\":\"uint16\"}],\"name\":\"NoClassFits\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"}],\"name\":\"NoFreeNodes\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"}],\"name\":\"NotCommitted\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"NotCreator\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"older\",\"type\":\"uint256\"}],\"name\":\"NotNext\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"}],\"name\":\"NotStored\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"OnlyPlainAccount\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"}],\"name\":\"OwnableInvalidOwner\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"OwnableUnauthorizedAccount\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"capacity\",\"type\":\"uint256\"}],\"name\":\"QueueFull\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"}],\"name\":\"RevealTooEarly\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"}],\"name\":\"SafeERC20FailedOperation\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"str\",\"type\":\"string\"}],\"name\":\"StringTooLong\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"enumTaskType\",\"name\":\"taskType\",\"type\":\"uint8\"}],\"name\":\"TaskTypeNotServed\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"}],\"name\":\"WrongOpening\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"recovered\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"expected\",\"type\":\"address\"}],\"name\":\"WrongSigner\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"enumTaskStatus\",\"name\":\"status\",\"type\":\"uint8\"}],\"name\":\"WrongStatus\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"revealBy\",\"type\":\"uint64\"}],\"name\":\"CommitmentsComplete\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"commitment\",\"type\":\"bytes32\"}],\"name\":\"Committed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"creator\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"CreatorRefunded\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[],\"name\":\"EIP712DomainChanged\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"stake\",\"type\":\"uint256\"}],\"name\":\"NodeDeviated\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"payout\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"score\",\"type\":\"uint8\"}],\"name\":\"NodePaid\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"score\",\"type\":\"uint8\"}],\"name\":\"NodeReleased\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"previousOwner\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"newOwner\",\"type\":\"address\"}],\"name\":\"OwnershipTransferred\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"relay\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"bool\",\"name\":\"registered\",\"type\":\"bool\"}],\"name\":\"RelaySet\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"node\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"enumResultKind\",\"name\":\"kind\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"bytes\",\"name\":\"result\",\"type\":\"bytes\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"ciphertextHash\",\"type\":\"bytes32\"}],\"name\":\"Revealed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"creator\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"enumTaskType\",\"name\":\"taskType\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"argsHash\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"modelKey\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"minVramGB\",\"type\":\"uint16\"},{\"indexed\":false,\"internalType\":\"uint32\",\"name\":\"units\",\"type\":\"uint32\"},{\"indexed\":false,\"internalType\":\"uint16\",\"name\":\"images\",\"type\":\"uint16\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"fee\",\"type\":\"uint256\"}],\"name\":\"TaskCreated\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"classId\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"taskKey\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"address[3]\",\"name\":\"nodes\",\"type\":\"address[3]\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"commitBy\",\"type\":\"uint64\"}],\"name\":\"TaskDrawn\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"enumOutcome\",\"name\":\"outcome\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"enumResultKind\",\"name\":\"kind\",\"type\":\"uint8\"},{\"indexed\":false,\"internalType\":\"bytes\",\"name\":\"result\",\"type\":\"bytes\"}],\"name\":\"TaskEnded\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"TaskQueued\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"Withdrawn\",\"type\":\"event\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"}],\"name\":\"cancel\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"}],\"name\":\"close\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"commitment\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"}],\"name\":\"commit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"counts\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"created\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"running\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"settled\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"aborted\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"enumTaskType\",\"name\":\"taskType\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"argsHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"modelKey\",\"type\":\"bytes32\"},{\"internalType\":\"uint16\",\"name\":\"minVramGB\",\"type\":\"uint16\"},{\"internalType\":\"uint32\",\"name\":\"units\",\"type\":\"uint32\"},{\"internalType\":\"uint16\",\"name\":\"images\",\"type\":\"uint16\"},{\"internalType\":\"uint256\",\"name\":\"fee\",\"type\":\"uint256\"}],\"internalType\":\"structTaskRequest\",\"name\":\"request\",\"type\":\"tuple\"}],\"name\":\"createTask\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"}],\"name\":\"dispatch\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"earned\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"eip712Domain\",\"outputs\":[{\"internalType\":\"bytes1\",\"name\":\"fields\",\"type\":\"bytes1\"},{\"internalType\":\"string\",\"name\":\"name\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"version\",\"type\":\"string\"},{\"internalType\":\"uint256\",\"name\":\"chainId\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"verifyingContract\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"},{\"internalType\":\"uint256[]\",\"name\":\"extensions\",\"type\":\"uint256[]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"isRelay\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"minFee\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"nodes\",\"outputs\":[{\"internalType\":\"contractINodeLedger\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"owner\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"pool\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"enumTaskType\",\"name\":\"taskType\",\"type\":\"uint8\"}],\"name\":\"pricing\",\"outputs\":[{\"components\":[{\"internalType\":\"uint32\",\"name\":\"overheadSeconds\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"secondsPerUnit\",\"type\":\"uint32\"}],\"internalType\":\"structPricing\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"offset\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"queue\",\"outputs\":[{\"internalType\":\"uint256[]\",\"name\":\"\",\"type\":\"uint256[]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"queueCapacity\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"queueLength\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"}],\"name\":\"queuePosition\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"renounceOwnership\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"seat\",\"type\":\"uint8\"},{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"commitmentsHash\",\"type\":\"bytes32\"},{\"internalType\":\"uint8\",\"name\":\"order\",\"type\":\"uint8\"},{\"internalType\":\"enumResultKind\",\"name\":\"kind\",\"type\":\"uint8\"},{\"internalType\":\"bytes\",\"name\":\"result\",\"type\":\"bytes\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"ciphertextHash\",\"type\":\"bytes32\"}],\"internalType\":\"structReveal\",\"name\":\"opening\",\"type\":\"tuple\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"storageSignature\",\"type\":\"bytes\"}],\"name\":\"reveal\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"relay\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"registered\",\"type\":\"bool\"}],\"name\":\"setRelay\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"taskId\",\"type\":\"uint256\"}],\"name\":\"task\",\"outputs\":[{\"components\":[{\"internalType\":\"enumTaskStatus\",\"name\":\"status\",\"type\":\"uint8\"},{\"internalType\":\"enumOutcome\",\"name\":\"outcome\",\"type\":\"uint8\"},{\"internalType\":\"enumTaskType\",\"name\":\"taskType\",\"type\":\"uint8\"},{\"internalType\":\"address\",\"name\":\"creator\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"argsHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"taskKey\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"classId\",\"type\":\"bytes32\"},{\"internalType\":\"uint256\",\"name\":\"fee\",\"type\":\"uint256\"},{\"internalType\":\"uint32\",\"name\":\"units\",\"type\":\"uint32\"},{\"internalType\":\"uint16\",\"name\":\"minVramGB\",\"type\":\"uint16\"},{\"internalType\":\"address[3]\",\"name\":\"nodes\",\"type\":\"address[3]\"},{\"internalType\":\"bytes32[3]\",\"name\":\"commitments\",\"type\":\"bytes32[3]\"},{\"internalType\":\"bool[3]\",\"name\":\"revealed\",\"type\":\"bool[3]\"},{\"components\":[{\"internalType\":\"uint64\",\"name\":\"commitBy\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"revealBy\",\"type\":\"uint64\"}],\"internalType\":\"structDeadlines\",\"name\":\"deadlines\",\"type\":\"tuple\"}],\"internalType\":\"structTaskInfo\",\"name\":\"info\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"token\",\"outputs\":[{\"internalType\":\"contractIToken\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"newOwner\",\"type\":\"address\"}],\"name\":\"transferOwnership\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"withdraw\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"}]",
	ID:  "509fd4c4d32bae683a348d955197600c92",
	Bin: "0x6102e080604052346105eb57615c09803803809161001d82856105ef565b833981018181036101c081126105eb578251916001600160a01b03831683036105eb576020840151916001600160a01b03831683036105eb5761018090603f1901126105eb57604051610140810194906001600160401b038611818710176105d7576040958652858201518152606082015191602082019283526100a360808201610612565b878301526100b360a08201610612565b94606083019586526100c760c08301610612565b608084019081526100da60e08401610612565b9360a081019485526100ef6101008501610612565b9860c08201998a52610120610130610108828801610612565b9960e085019a8b52610180610121826101408b01610623565b986101008701998a5201610623565b92019182528a51976101428c8a6105ef565b6006895260208901996548656c69756d60d01b8b526101638d519d8e6105ef565b60018d5260208d019b603160f81b8d528951156105a85763ffffffff825116156105725763ffffffff8651161561053c5763ffffffff895116156105085763ffffffff815116156104d35763ffffffff6020865101511680159081156104c7575b5061049b5763ffffffff60208951015116801590811561048f575b506104575763ffffffff602099818b9881809e96819c97829a98839960805260a0525160c052511660e052511661010052511661012052511661014052511661016052828151511661018052510151166101a05282815151166101c052510151166101e05233156104445760088054336001600160a01b0319821681179092556001600160a01b03167f8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e05f80a361029581610669565b6102a0526102a284610669565b6102c052519020918261026052519020806102805246610220526040519060208201927f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f8452604083015260608201524660808201523060a082015260a0815261030d60c0826105ef565b51902061020052306102405260405161553490816106d5823960805181818161014501528181610e7f01528181611619015261502e015260a05181818161029d01528181610c3201528181610f390152818161146a01528181611e43015281816126140152818161321a015281816146b60152614d89015260c051818181610cb00152818161172c0152611c8f015260e0518161475c01526101005181818161077d01526132f801526101205181612458015261014051816121b40152610160518161325b0152610180518161316c01526101a0518161319501526101c0518161310801526101e05181613131015261020051816153cf0152610220518161548c015261024051816153990152610260518161541e0152610280518161544401526102a05181610a7e01526102c05181610aa80152f35b631e4fbdf760e01b5f525f60045260245ffd5b60405163a8c278dd60e01b815260206004820152600f60248201526e39ba30b13632a234b3333ab9b4b7b760891b6044820152606490fd5b610e109150115f6101df565b60405163a8c278dd60e01b815260206004820152600360248201526219dc1d60ea1b6044820152606490fd5b610e109150115f6101c4565b60405163a8c278dd60e01b815260206004820152600c60248201526b71756575655365636f6e647360a01b6044820152606490fd5b60405163a8c278dd60e01b815260206004820152600b60248201526a6f70656e5365636f6e647360a81b6044820152606490fd5b60405163a8c278dd60e01b815260206004820152600d60248201526c72657665616c5365636f6e647360981b6044820152606490fd5b60405163a8c278dd60e01b815260206004820152600d60248201526c636f6d6d69745365636f6e647360981b6044820152606490fd5b60405163a8c278dd60e01b81526020600482015260066024820152656d696e46656560d01b6044820152606490fd5b634e487b7160e01b5f52604160045260245ffd5b5f80fd5b601f909101601f19168101906001600160401b038211908210176105d757604052565b519063ffffffff821682036105eb57565b91908260409103126105eb57604080519081016001600160401b038111828210176105d757604052602061066481839561065c81610612565b855201610612565b910152565b601f815111610694576020815191015160208210610685571790565b5f198260200360031b1b161790565b604460209160405192839163305a27a960e01b83528160048401528051918291826024860152018484015e5f828201840152601f01601f19168101030190fdfe6080806040526004361015610012575f80fd5b5f905f3560e01c9081628cc26214612738575080630aebeb4e1461214857806316f0115b1461212b57806317751a2114611cb257806324ec759014611c7757806326cb32b714611c38578063382fcf1c14611a4657806338af1c79146119b357806340e58ee5146116d05780634e82449d1461164d57806351cff8d91461159a5780635c27a3a314610c615780635db82fa014610c1c578063608d109c14610bd8578063715018a614610b7b578063817cc1ea14610b3457806384b0196e14610a615780638da5cb5b14610a3857806390fdb20c14610a15578063ab91c7b0146109ec578063d5faaace146108ed578063ddafce291461046a578063f1389bae14610200578063f2fde38b146101775763fc0c546a14610130575f80fd5b346101745780600319360112610174576040517f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03168152602090f35b80fd5b50346101745760203660031901126101745761019161276c565b61019961457e565b6001600160a01b031680156101ec57600880546001600160a01b0319811683179091556001600160a01b03167f8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e08380a380f35b631e4fbdf760e01b82526004829052602482fd5b5034610174576020366003190112610174576004358082526005602052604082209161022b836128f4565b906102386001850161299b565b92602083016001815161024a81612782565b61025381612782565b03610440575032331480610437575b156104245780825260046020526001600160401b03604083205460881c1643111561041157604051636182997b60e01b8152936020856004817f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03165afa9485156104065783956103ce575b506102df81614ac4565b85106103ba5782936102f386600254615114565b9660015b87811115806103af575b1561035f57600189821c161561035657808652600360205265ffffffffffff6040872054168715801561034d575b610343575b5061033e90614a7e565b6102f7565b965061033e610334565b5087811061032f565b61033e90614a7e565b508386036103985790829161037761037d9486614ade565b84614657565b15610386575080f35b632c4e385360e21b8252600452602490fd5b60448587866343a3a91360e01b8352600452602452fd5b5088811c1515610301565b632c4e385360e21b83526004829052602483fd5b9094506020813d6020116103fe575b816103ea602093836128d3565b810103126103fa5751935f6102d5565b5f80fd5b3d91506103dd565b6040513d85823e3d90fd5b6329e1a51360e21b825260045260249150fd5b6329e85c8d60e21b825233600452602482fd5b50333b15610262565b60449350519061044f82612782565b63a5d15e1f60e01b835260045261046581612782565b602452fd5b5034610174576080366003190112610174576004356104876127d9565b604435906064356001600160401b0381116108e9576104aa9036906004016127e9565b848652600560205260408620906104c0826128f4565b916020830195600287516104d381612782565b6104dc81612782565b036108d95760ff86169160038310156108c557608085019460ff86511660036105058683615060565b9160061c16116108ae5782156108975760018201986105238a61299b565b9860208a019864ffffffffff8a51168042116108855750816105b56105e79261055160ff9560048a01612ab9565b60018060a01b0391549060031b1c169a8b9160038a015460405160208101917f96f4f11a36c0083c06125027a17832a262476f2f8a677823caab0826e19d8e93835260408201528c6060820152606081526105ad6080826128d3565b519020614a8c565b866105dc6105c68360078a01612ab9565b819391549060031b91821b915f19901b19161790565b9055828a5116614546565b168752815183546001600160a01b0319166001600160a01b0391909116178355519061061282612782565b61061b82612782565b825491604082015190600982101561087157606083015193600285101561085d57895160a08086015160c08088015160e08901516101008a01516101208b0151610140909b0151600160a01b600160f81b03199098169890951b60ff60a01b169790971760a89890981b60ff60a81b169790971760b09990991b60ff60b01b169890981760b89390931b60ff60b81b16929092179190961b60ff60c01b161760c89390931b60ff60c81b169290921760d09190911b60ff60d01b161760d89390931b61ffff60d81b169290921760e89190911b60ff60e81b161760f09190911b60ff60f01b16179055604080519283526020830191909152600393849360ff93919290918a917f8ea8883f5f0fae1df1621559df083b15770db64b2cad2002a47a95ff06f91b5691a3511660061c1614610753578480f35b7f44ee60960695459a9f2c218d3b5f6549c19a9b8e4bbbf61ef3f96919b18c4a38926020926107a27f0000000000000000000000000000000000000000000000000000000000000000426129ff565b64ffffffffff8116604083018190528251845495516001600160881b03199096166001600160601b03919091161760609590951b64ffffffffff60601b169490941783559082546060820151608083015160a0909301516001600160881b0390921660889490941b64ffffffffff60881b169390931760b09390931b63ffffffff60b01b169290921760d09190911b63ffffffff60d01b161760f09190911b6001600160f01b031916179055604051908152a25f8080808480f35b634e487b7160e01b8f52602160045260248ffd5b634e487b7160e01b8e52602160045260248efd5b630479478b60e11b8f5260045260248efd5b60448b858c6315c6e57d60e01b8352600452602452fd5b60448b858c636701582b60e11b8352600452602452fd5b630c2b716b60e31b8a52600483905260248afd5b6044898989519061044f82612782565b8480fd5b503461017457602036600319011261017457600435808252600560205260ff604083205460a01c1661091e81612782565b600181036109d257506002546001835b6101008210806109c7575b156109bc57600183831c16156109b157818552600360205265ffffffffffff604086205416905b811515806109a8575b156109955761097790614a7e565b908552600460205265ffffffffffff604086205460301c1690610960565b92916109a19150614a7e565b909161092e565b50848210610969565b91906109a190614a7e565b602090604051908152f35b5082821c1515610939565b6044929163a5d15e1f60e01b835260045261046581612782565b5034610174578060031936011261017457602065ffffffffffff60015460c01c16604051908152f35b50346101745780600319360112610174576020610a30613205565b604051908152f35b50346101745780600319360112610174576008546040516001600160a01b039091168152602090f35b5034610174578060031936011261017457610b0390610b30610aa27f0000000000000000000000000000000000000000000000000000000000000000615140565b91610acc7f0000000000000000000000000000000000000000000000000000000000000000615140565b610b1160405191610ade6020846128d3565b83835283368137604051968796600f60f81b885260e0602089015260e0880190612816565b908682036040880152612816565b9146606086015230608086015260a085015283820360c08501526127a6565b0390f35b5034610174578060031936011261017457608060015465ffffffffffff604051918181168352818160301c166020840152818160601c16604084015260901c166060820152f35b5034610174578060031936011261017457610b9461457e565b600880546001600160a01b0319811690915581906001600160a01b03167f8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e08280a380f35b503461017457602036600319011261017457600435906002821015610174576040610c02836130cf565b63ffffffff60208351928281511684520151166020820152f35b50346101745780600319360112610174576040517f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03168152602090f35b50346101745760e03660031901126101745760026004351090811561017457809160016004350361156e575063ffffffff610c9a61309a565b16158015611556575b8015611542575b611533577f00000000000000000000000000000000000000000000000000000000000000008060c4351061151a576001600160601b0360c4351161150257506001549165ffffffffffff610cff81851661304f565b16809365ffffffffffff1916176001558282526005602052604082206024356002820155610d2b61306a565b906001600160601b0360c43516825263ffffffff610d4761309a565b16608083015261ffff610d586130be565b1660a083015260405192610d6b84612852565b8460208501528460408501528460608501528460808501528460a08501528460c08501528460e08501528461010085015284610120850152846101408501523384526114fe57610dc060043560608501612846565b610dc86130be565b61ffff610dd361309a565b63ffffffff610de06130ad565b918360405195610df287600435612799565b602435602088015260443560408801521660608601521660808401521660a082015260c43560c0820152857f851b80d06160a4f9364b84a1097417a8da13d680720aef616b88411c6cf6c4f560e03393a3323314806114f5575b15801561143f575b801561142c575b610f0c575b50506040516323b872dd60e01b8352336004523060245260c4356044527f00000000000000000000000000000000000000000000000000000000000000006001600160a01b031693909290915060208160648180885af16001825114811615610eed575b836040528160605215610ed957602083838152f35b635274afe760e01b81526004849052602490fd5b6001811516610f0357843b15153d151616610ec4565b833d83823e3d90fd5b60a08201516040516352da925760e01b815261ffff90911660048201526020816024816001600160a01b037f0000000000000000000000000000000000000000000000000000000000000000165afa9081156114215785916113e6575b50156113cb57610f77613205565b8065ffffffffffff60015460c01c1610156113b9575060016020840152825181546001600160a01b0319166001600160a01b039190911617808255604084015160098110156113a5576060850151600281101561139157608086015160a087015160c08089015160e08a01516101008b01516101208c01516101408d015166ffffffffffffff60c01b1960a89a909a1b60ff60a81b1663ffffffff60a01b19909b169a909a17600160a01b179890981660b09790971b60ff60b01b169690961760b89590951b60ff60b81b16949094179290911b60ff60c01b169190911760c89190911b60ff60c81b161760d09190911b60ff60d01b161760d89190911b61ffff60d81b161760e89190911b60ff60e81b161760f09190911b60ff60f01b161781558151600191909101805460208401516001600160881b03199091166001600160601b03939093169290921760609290921b64ffffffffff60601b16919091178155604082015181546060840151608085015160a08601516001600160881b0390931660889490941b64ffffffffff60881b169390931760b09190911b63ffffffff60b01b161760d09290921b63ffffffff60d01b169190911760f09190911b6001600160f01b0319161790556112a661115182614ac4565b808552600360205265ffffffffffff6040862091816040519361117385612882565b54818116855260301c16906020840191808352604051906111938261289d565b81528961122664ffffffffff8b611204886020870183815281806040808b0196884216885260608c019a6001600160401b0343168c5281526004602052209951161682198954161788555116869065ffffffffffff60301b82549160301b169065ffffffffffff60301b1916179055565b51845464ffffffffff60601b1916911660601b64ffffffffff60601b16178355565b51815467ffffffffffffffff60881b191660889190911b67ffffffffffffffff60881b16179055815183168061135d57508884526001811b600254176002555b888252875260036020526040872092518354831916908316178355511665ffffffffffff60301b82549160301b169065ffffffffffff60301b1916179055565b60015465ffffffffffff60c01b6112c860c083901c65ffffffffffff16613efb565b60c01b169065ffffffffffff60c01b19161760015560606001600160601b038251169201519060028210156113495761133a85936113347f0957f722ada8d1cb519b76ab06e1b4436e05d298903d48853ba24ec1f16f1e9c9463ffffffff608060209601511690614cc1565b906131e7565b604051908152a25f8080610e60565b634e487b7160e01b84526021600452602484fd5b885260046020526040882080546bffffffffffff000000000000191660308b901b65ffffffffffff60301b16179055611266565b634e487b7160e01b87526021600452602487fd5b634e487b7160e01b86526021600452602486fd5b6316c4d47160e11b8552600452602484fd5b60a082015163730503a560e11b855261ffff16600452602484fd5b90506020813d602011611419575b81611401602093836128d3565b810103126108e9575180151581036108e9575f610f69565b3d91506113f4565b6040513d87823e3d90fd5b5061143982848388614657565b15610e5b565b506002548015159081611453575b50610e54565b604051636182997b60e01b815291506020826004817f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03165afa9081156114ea5786916114b4575b6114ac9250615114565b15155f61144d565b90506020823d6020116114e2575b816114cf602093836128d3565b810103126103fa576114ac9151906114a2565b3d91506114c2565b6040513d88823e3d90fd5b50333b15610e4c565b8380fd5b6378279ed960e11b8252600482905260245260449150fd5b6378279ed960e11b825260c43560045260245260449150fd5b630e433c2360e31b8152600490fd5b5061ffff61154e6130ad565b161515610caa565b5061040063ffffffff61156761309a565b1611610ca3565b6302857fe560e51b8252602492501561158957600435600452fd5b634e487b7160e01b81526021600452fd5b5034610174576020366003190112610174576020906115b761276c565b60018060a01b038116808352600684526040832054928181526006855260408120557f7084f5476618d8e60b11ef0d7d3f06914655adb8793e28ff7f018d4c76d505d584604051858152a28180611613575b5050604051908152f35b611646917f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03166145a5565b5f81611609565b50346101745760403660031901126101745761166761276c565b602435908115158092036116cc5760207ff1a9c06ecd6e47e4f5e6a4197adb647f1b139f771d37607de489ab3d30562315916116a161457e565b6001600160a01b0316808552600782526040808620805460ff191660ff87161790555193845292a280f35b8280fd5b50346101745760203660031901126101745760043580825260056020526116f9604083206128f4565b60208101906001825161170b81612782565b61171481612782565b036119a35780516001600160a01b03163303611990577f0000000000000000000000000000000000000000000000000000000000000000908385526005602052604085206117646001820161299b565b9361176f8587614ade565b60015465ffffffffffff60901b611791609083901c65ffffffffffff16613efb565b65ffffffffffff60901b1990921660909290921b161760015560058152604083019060068252835183546001600160a01b0319166001600160a01b0391909116178355516117de81612782565b6117e781612782565b8254915190600982101561197c57606085015190600282101561196857608086015160a08088015160c0808a015160e08b01516101008c01516101208d01516101408e0151600160a01b600160f81b0319909c169890961b60ff60a01b169790971760a89990991b60ff60a81b169890981760b09790971b60ff60b01b169690961760b89490941b60ff60b81b1693909317921b60ff60c01b169190911760c89390931b60ff60c81b169290921760d09390931b60ff60d01b169290921760d89290921b61ffff60d81b169190911760e89190911b60ff60e81b161760f09190911b60ff60f01b161790558454611912939261190b9290916001600160601b0391906118f49084906129ff565b88555193516001600160a01b039094169316613f17565b9083614fe9565b60405160808160067f5295e693cc9aa956bb19d3e3725128d3c07becab51998997f3a852e2005bc03c935284602082015260606040820152846060820152a280f35b634e487b7160e01b5f52602160045260245ffd5b634e487b7160e01b8a52602160045260248afd5b634e487b7160e01b89526021600452602489fd5b63c66f47bf60e01b845233600452602484fd5b6044848484519061044f82612782565b50346101745760a0366003190112610174576119cd6127d9565b604435906001600160401b0382116116cc5760c060031983360301126116cc576064356001600160401b0381116114fe57611a0c9036906004016127e9565b60843593916001600160401b038511611a4257611a30611a3f9536906004016127e9565b94909360040190600435612afa565b80f35b8580fd5b5034610174576040366003190112610174576004356024359065ffffffffffff60015460c01c1682818311611c2f575b611a808383613f17565b10611c1b575b50611a90826131bd565b611a9d60405191826128d3565b828152601f19611aac846131bd565b0136602083013760405191612000611ac481856128d3565b36843760025460015b6101008110611be1575050845b611ae485836129ff565b811015611bcb578560015b6101008110611b7e575082821015611b3e575b611ae49181611b1360019388613f24565b5189526004602052611b3565ffffffffffff60408b205460301c169188613f24565b52019050611ada565b611b488186613f24565b51611b538484613f17565b8551811015611b6a5760051b850160200152611b02565b634e487b7160e01b89526032600452602489fd5b611b888187613f24565b51151580611ba6575b611b9e575b600101611aef565b905080611b96565b50811580611b915750611bb98187613f24565b51611bc48388613f24565b5111611b91565b60405160208082528190610b30908201866127a6565b806001808481941c1614611bf6575b01611acd565b808852600360205265ffffffffffff604089205416611c158288613f24565b52611bf0565b81925090611c2891613f17565b905f611a86565b91508091611a76565b50346101745760203660031901126101745760209060ff906040906001600160a01b03611c6361276c565b168152600784522054166040519015158152f35b503461017457806003193601126101745760206040517f00000000000000000000000000000000000000000000000000000000000000008152f35b503461017457602036600319011261017457604051906101c082018281106001600160401b03821117612117576040528082528060208301528060408301528060608301528060808301528060a08301528060c08301528060e08301528061010083015280610120830152606090604051611d2d83826128d3565b82368237610140840152604051611d4483826128d3565b82368237610160840152604051611d5b83826128d3565b82368237610180840152604051611d7181612882565b5f81525f60208201526101a08401526004358152600560205260408120611d97816128f4565b611da36001830161299b565b916020820151611db281612782565b611dbb81612782565b86526040820151600981101561210357611dd8906020880161283a565b84820151600281101561210357611df29060408801612846565b81516001600160a01b03908116606088015260028201546080880152600382015460a08801528584015160405163951a3d4960e01b815263ffffffff909116600482015290602090829060249082907f0000000000000000000000000000000000000000000000000000000000000000165afa9081156114215785916120cf575b50611ec89160079160c08901526001600160601b0385511660e089015263ffffffff60808601511661010089015261ffff60a086015116610120890152611ebc60048201612a20565b61014089015201612a60565b610160860152825b6003811061209857505064ffffffffff60208201818151166101a08701515251168015159081612071575b5061204f575b50604051918351611f1181612782565b8352611f256020850151602085019061278c565b611f3760408501516040850190612799565b60018060a01b03606085015116908301526080830151608083015260a083015160a083015260c083015160c083015260e083015160e083015263ffffffff6101008401511661010083015261ffff61012084015116610120830152610140830151610140830182905b6003821061202f57505050610160830151816101a084015b60038210612019575050506101808301519061020083015b60038210612001576102a0846001600160401b0360206101a089015182815116610260850152015116610280820152f35b60208060019285511515815201930191019091611fd0565b6020806001928551815201930191019091611fb8565b82516001600160a01b031681526020928301926001929092019101611fa0565b6120606001600160401b03916132c7565b1660206101a085015101525f611f01565b604083015164ffffffffff16158015925061208e575b505f611efb565b905042115f612087565b60019060ff60a08401511660036120af8383615060565b9160061c16116120c4826101808a0151612a94565b901515905201611ed0565b90506020813d6020116120fb575b816120ea602093836128d3565b810103126108e95751611ec8611e73565b3d91506120dd565b634e487b7160e01b85526021600452602485fd5b634e487b7160e01b82526041600452602482fd5b503461017457806003193601126101745760209054604051908152f35b50346103fa5760203660031901126103fa57600435805f52600560205260405f20612172816128f4565b9260208401916001835161218581612782565b61218e81612782565b036123cd575050815f5260046020526121de6121d964ffffffffff60405f205460601c167f0000000000000000000000000000000000000000000000000000000000000000906129ff565b61331d565b815f52600560205260405f206121f66001820161299b565b936122018585614ade565b60015465ffffffffffff60901b612223609083901c65ffffffffffff16613efb565b65ffffffffffff60901b1990921660909290921b161760015560048352604081019260088452815183546001600160a01b0319166001600160a01b0391909116178355519161227183612782565b61227a83612782565b8054935193600985101561195457606083015194600286101561195457608084015160a08086015160c08088015160e08901516101008a01516101208b01516101408c0151600160a01b600160f81b0319909a169c90961b60ff60a01b169b909b1760a89790971b60ff60a81b169690961760b09b909b1b60ff60b01b169a909a1760b89490941b60ff60b81b1693909317921b60ff60c01b169190911760c89790971b60ff60c81b169690961760d09190911b60ff60d01b161760d89490941b61ffff60d81b169390931760e89490941b60ff60e81b169390931760f09290921b60ff60f01b16919091179091555191515f9261238b916001600160601b0316906001600160a01b031683614fe9565b60405160808160087f5295e693cc9aa956bb19d3e3725128d3c07becab51998997f3a852e2005bc03c93525f6020820152606060408201525f6060820152a280f35b909391600281516123dd81612782565b6123e681612782565b036124325750611a3f9260ff608084015116155f1461241b5761241664ffffffffff600184015460601c1661331d565b61346f565b6124166121d961242d6001850161299b565b6132c7565b9060e0830160ff8151161561270e5761247d6121d961245661242d6001860161299b565b7f0000000000000000000000000000000000000000000000000000000000000000906129ff565b6060936040519361248e86866128d3565b853686375f5b600381106126d857505f8352815184546001600160a01b0319166001600160a01b0391909116178455516124c781612782565b6124d081612782565b83549060408301519160098310156119545787840151600281101561195457608085015160a08087015160c08089015199516101008a01516101208b0151610140909b0151600160a01b600160f81b03199098169890941b60ff60a01b169790971760a89890981b60ff60a81b169790971760b09490941b60ff60b01b169390931760b89290921b60ff60b81b16919091179190941b60ff60c01b161760c89590951b60ff60c81b169490941760d09190911b60ff60d01b161760d89190911b61ffff60d81b161760e89190911b60ff60e81b161760f09190911b60ff60f01b16178155604051926125c281856128d3565b368437604051630e2b6a2160e41b815260048082019590955293015f602485015b600382106126b8575050509061260061260a926084850190613407565b60e4830190613438565b60c081610144815f7f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03165af19081156126ad5761267791612670915f9161267c575b50604061266782516020840151906129ff565b910151906129ff565b5f546129ff565b5f5580f35b61269e915060c03d60c0116126a6575b61269681836128d3565b8101906133a6565b90505f612654565b503d61268c565b6040513d5f823e3d90fd5b82546001600160a01b0316815260019283019291909101906020016125e3565b83516001919082821b1660ff1615612705576126ff60045b6126fa838a612a94565b613344565b01612494565b6126ff826126f0565b82518561271a82612782565b63a5d15e1f60e01b5f5260045261273081612782565b60245260445ffd5b346103fa5760203660031901126103fa576020906001600160a01b0361275c61276c565b165f526006825260405f20548152f35b600435906001600160a01b03821682036103fa57565b6006111561195457565b9060098210156119545752565b9060028210156119545752565b90602080835192838152019201905f5b8181106127c35750505090565b82518452602093840193909201916001016127b6565b6024359060ff821682036103fa57565b9181601f840112156103fa578235916001600160401b0383116103fa57602083818601950101116103fa57565b805180835260209291819084018484015e5f828201840152601f01601f1916010190565b60098210156119545752565b60028210156119545752565b61016081019081106001600160401b0382111761286e57604052565b634e487b7160e01b5f52604160045260245ffd5b604081019081106001600160401b0382111761286e57604052565b608081019081106001600160401b0382111761286e57604052565b60c081019081106001600160401b0382111761286e57604052565b90601f801991011681019081106001600160401b0382111761286e57604052565b9060405161290181612852565b61014060ff82945460018060a01b0381168452818160a01c1661292381612782565b602085015261293a828260a81c166040860161283a565b61294c828260b01c1660608601612846565b818160b81c166080850152818160c01c1660a0850152818160c81c1660c0850152818160d01c1660e085015261ffff8160d81c16610100850152818160e81c1661012085015260f01c16910152565b906040516129a8816128b8565b60a08193546001600160601b038116835264ffffffffff8160601c16602084015264ffffffffff8160881c16604084015263ffffffff8160b01c16606084015263ffffffff8160d01c16608084015260f01c910152565b91908201809211612a0c57565b634e487b7160e01b5f52601160045260245ffd5b60405191905f835b60038210612a4057505050612a3e6060836128d3565b565b82546001600160a01b031681526001928301929190910190602001612a28565b60405191905f835b60038210612a7e57505050612a3e6060836128d3565b6001602081928554815201930191019091612a68565b906003811015612aa55760051b0190565b634e487b7160e01b5f52603260045260245ffd5b6003821015612aa55701905f90565b903590601e19813603018212156103fa57018035906001600160401b0382116103fa576020019181360383136103fa57565b929495612b3d919296845f52600560205260405f2095612b19876128f4565b97612b3464ffffffffff60018a015460601c168a888a613f36565b89888789614089565b6004840190612b4c8383612ab9565b905460039190911b1c6001600160a01b03169160408801359060068210156103fa5760608901988594877f36ca65aab0f355192cd474e5aaa410b163ac6804f100769ef474c0501189491660ff60c0612ba58f87612ac8565b8060409c929c51948593169c8d8452612bbd8c612782565b8b602085015260a060408501528160a0850152848401375f828201840152608088810135606084015260a089013590830152601f01601f19168101030190a35f90612c0784612782565b600184149a8b1561304657612c1b91612ac8565b90359060208110613035575b50915b60208a019a60028c51612c3c81612782565b612c4581612782565b03612ddc5750506103fa57612c5c9188888761440e565b612dc3575b50600360ff612c7760a087019382855116614546565b1680835260061c166080850190600360ff83511660061c16145f14612ca2575050612a3e935061346f565b845184546001600160a01b0319166001600160a01b039190911617845594519294909392909150612cd281612782565b612cdb81612782565b845460408401519260098410156119545760608501519060028210156119545751955160c08681015160e08801516101008901516101208a0151610140909a0151600160a01b600160f81b031990971660a09890981b60ff60a01b169790971760a89890981b60ff60a81b169790971760b09490941b60ff60b01b169390931760b89890981b60ff60b81b1697909717961b60ff60c01b169590951760c89590951b60ff60c81b169490941760d09290921b60ff60d01b169190911760d89190911b61ffff60d81b161760e89190911b60ff60e81b161760f09190911b60ff60f01b16179055565b60ff600160c08701921b1660ff8251161790525f612c61565b60e08b0180516001891b60ff908116199091161681528b518b546001600160a01b0319166001600160a01b03909116178b559b51969c9b989a919990989397509594509050612e2a84612782565b612e3384612782565b8454906040810192835195600987101561195457606083015193600285101561195457608084015160a08086015160c08088015196516101008901516101208a0151610140909a018051600160a01b600160f81b03199098169890951b60ff60a01b169790971760a89d909d1b60ff60a81b169c909c1760b09990991b60ff60b01b169890981760b89390931b60ff60b81b16929092179190961b60ff60c01b161760c89390931b60ff60c81b169290921760d09790971b60ff60d01b169690961760d89690961b61ffff60d81b169590951760e89190911b60ff60e81b161760f09490941b60ff60f01b1693909317845580515f919060098110156119545760011480613026575b15612ff1575050612f4c90612782565b831593612fcc575b505050915b612f61614380565b9215612fc157612f866004925b612f8160c08601946126fa898751612a94565b612a20565b915f5b60038110612f9e575050612a3e939450614d34565b808760019203612faf575b01612f89565b81612fbb828551612a94565b52612fa9565b612f86600392612f6e565b612fe092935060ff600a9151169101612ab9565b90549060031b1c14155f8080612f54565b925096949350915051600981101561195457600214613012575b5050612f59565b61301e91929450612782565b915f8061300b565b50613030836150eb565b612f3c565b5f199060200360031b1b165f612c27565b50505f91612c2a565b65ffffffffffff1665ffffffffffff8114612a0c5760010190565b60405190613077826128b8565b5f60a0838281528260208201528260408201528260608201528260808201520152565b60843563ffffffff811681036103fa5790565b60a43561ffff811681036103fa5790565b60643561ffff811681036103fa5790565b6040516130db81612882565b5f81525f6020820152506002811015611954576001146131595760405161310181612882565b63ffffffff7f000000000000000000000000000000000000000000000000000000000000000016815263ffffffff7f000000000000000000000000000000000000000000000000000000000000000016602082015290565b60405161316581612882565b63ffffffff7f000000000000000000000000000000000000000000000000000000000000000016815263ffffffff7f000000000000000000000000000000000000000000000000000000000000000016602082015290565b6001600160401b03811161286e5760051b60200190565b81810292918115918404141715612a0c57565b81156131f1570490565b634e487b7160e01b5f52601260045260245ffd5b60405163249ee3fd60e11b81526020816004817f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03165afa9081156126ad575f91613293575b506132806064917f0000000000000000000000000000000000000000000000000000000000000000906131d4565b0460328110156132905750603290565b90565b90506020813d6020116132bf575b816132ae602093836128d3565b810103126103fa5751613280613252565b3d91506132a1565b60408101805164ffffffffff16156132e65764ffffffffff9150511690565b5064ffffffffff6020613290920151167f0000000000000000000000000000000000000000000000000000000000000000906129ff565b804211156133285750565b6001600160401b0390637b7d5fd760e11b5f521660045260245ffd5b60058210156119545752565b81601f820112156103fa576040519161336a6060846128d3565b8291606081019182116103fa57915b8183106133865750505090565b82516001600160a01b03811681036103fa57815260209283019201613379565b91909160c0818403126103fa576133bd8382613350565b9280607f830112156103fa57604051916133d86060846128d3565b829060c081019283116103fa57606001905b8282106133f75750505090565b81518152602091820191016133ea565b5f915b6003831061341757505050565b8151906005821015611954576020816001938293520192019201919061340a565b905f905b6003821061344957505050565b60208060019260ff86511681520193019101909161343c565b5160058110156119545790565b9061347c6001820161299b565b906001600160601b0382511660608501516002811015611954576134a463ffffffff916130cf565b5116026001600160601b038116908103612a0c576060850151906002821015611954576113346134df9263ffffffff60808701511690614cc1565b93606094604051936134f187866128d3565b5f5b878110613ee657505f5b60038110613de65750516001600160601b0316613518614380565b948760ff613525836151a8565b1680602089015260ff81145f14613af057505f93905083805b60038210613a975760029150105f14613a8d5761355d60055b8861283a565b6040870192835260c08701935f5b6003811061398d575050505050505b60ff60208401511660ff81141590815f14613985576135999083614ce7565b905b801561397d576003935b60208401946135b381612782565b855285516009811015611954576135ce60408601918261283a565b88956135d985612782565b60018514613930575b60c088015f5b600381106138ec575050855183546001600160a01b0319166001600160a01b03919091161783555161361981612782565b61362281612782565b825491519060098210156119545760608701519060028210156119545760ff60b81b608089015160b81b169360ff60c01b60a08a015160c01b169260ff60c81b60c08b015160c81b1660ff60d01b60e08c015160d01b169261ffff60d81b6101008d015160d81b16958c61012060ff60e81b91015160e81b16978d61014060ff60f01b91015160f01b169960ff60f01b199760ff60e81b199661ffff60d81b199560ff60d01b199460ff60c81b199360ff60c01b199260ff60b81b199160ff60a01b9060a01b169062ffffff60a01b191617169060ff60a81b9060a81b1617169060ff60b01b9060b01b1617161716171617161716171717815560405160a081018181106001600160401b0382111761286e576040526001549265ffffffffffff8416825265ffffffffffff8460301c169260208301948486528b65ffffffffffff8260408701921c1681528c85019065ffffffffffff8360901c16825265ffffffffffff608087019360c01c1683528615612a0c5761385b9765ffffffffffff613855976004978f9a83905f19011684525f146138d757816137c78186511661304f565b1684525b516001805493519451955196516601000000000000600160f01b031993909216929092166001600160f01b03199093169290921760309390931b65ffffffffffff60301b1692909217928f1b65ffffffffffff60601b169290921760909390931b65ffffffffffff60901b169290921760c09190911b65ffffffffffff60c01b1617905501612a20565b87614d34565b8351926009841015611954576138a36040946138be7f5295e693cc9aa956bb19d3e3725128d3c07becab51998997f3a852e2005bc03c93612a3e9a8a9689519586809661278c565b6138ac81612782565b60208501528089850152830190612816565b0390a251910151916001600160a01b0390911690614fe9565b816138e48187511661304f565b1685526137cb565b6138ff6138fa828451612a94565b613462565b906005821015611954576001809214613919575b016135e8565b60e0890160ff83831b1660ff825116179052613913565b955061395860ff6139478160208b01511688614d11565b1680610140880152600a8401612ab9565b90549060031b1c604051906020820152602081526139776040826128d3565b956135e2565b6004936135a5565b505f9061359b565b806139a361399d60019387612a94565b5161537e565b15613a83576139b8825b6126fa838a51612a94565b60206139c48287612a94565b510151158015613a5d575b613a58576139dd83856131e7565b6139e8818851613f17565b8752828d6139f68489612a94565b510151613a0281612782565b613a0b81612782565b1480613a42575b15613a2e57613a258d8c019182516129ff565b90525b0161356b565b613a3c8260808d0151612a94565b52613a28565b506040613a4f8388612a94565b51015115613a12565b613a28565b50613a7d8c613a6c8388612a94565b510151613a7881612782565b6150eb565b156139cf565b6139b860036139ad565b61355d6003613557565b6020613aa38386612a94565b51015115613ae757613ab490614a7e565b90613ac38b613a6c8387612a94565b613ad3575b6001905b019061353e565b94613adf600191614a7e565b959050613ac8565b90600190613acc565b90613b0060019284959694612a94565b510151613b0c81612782565b613b1581612782565b03613d1857506001855260ff9081603284885f5b60038110613c0a57505060ff8303613b87575b5050505060ff8103613b5e5750613b578685019182516129ff565b905261357a565b613b8190613b7b608087015193613b758386612a94565b516129ff565b92612a94565b5261357a565b91613bcc613bbe613bb883613bb26032613baa6138fa98613bd69a9d9b9d6131d4565b048099613f17565b99612a94565b51615347565b6126fa8360c08d0151612a94565b60c0890151612a94565b600581101561195457600403613bf55760408601525b5f808080613b3c565b613c038887019182516129ff565b9052613bec565b90959692613c34613c2260ff60208a01511688612a94565b51613c2d8489612a94565b519061523b565b15613d0a57613c7f613c79916032613c5d60ff60a0613c53888d612a94565b51015116876131d4565b0492839160ff60a0613c6f888d612a94565b5101511690613f17565b95613f17565b978d6040613c8d858a612a94565b51015115613ce757505090600191613ca98260808a0151612a94565b526003613cbc8260c0819a5b0151612a94565b528a613cdd8260a060ff81613cd1848d612a94565b51015116930151612a94565b525b018990613b29565b8360c08a60019695613d03613cbc956003979e019182516129ff565b9052613cb5565b929695509250600183613cdf565b60028652604086019283529160c0860190608087015f5b60038110613d425750505050505061357a565b600190613d64613d5960ff60208d01511688612a94565b51613c2d8389612a94565b15613dc0576032613d8660ff60a0613d7c858b612a94565b51015116896131d4565b04613d92828551612a94565b52613da9613da1828551612a94565b518551613f17565b84526002613db8828751612a94565b525b01613d2f565b613de1613dd6613dd08389612a94565b51615304565b6126fa838851612a94565b613dba565b60019060ff6080860151166003613dfd8383615060565b9160061c1611613e0d8289612a94565b51901515905260ff60a0860151166003613e278383615060565b9160061c16116020613e39838a612a94565b5101901515905260ff60c086015183831b161615156040613e5a838a612a94565b510152613e678186614ce7565b89613e72838a612a94565b5101613e7d82612782565b5260ff613e8a8287614d11565b166080613e97838a612a94565b51015260ff613ed0613eb7613eb2848460808b015116615060565b61517e565b613eca613eb2858560a08c015116615060565b906129ff565b1660a0613edd838a612a94565b510152016134fd565b602090613ef161306a565b81880152016134f3565b65ffffffffffff60019116019065ffffffffffff8211612a0c57565b91908203918211612a0c57565b90610100811015612aa55760051b0190565b92919060ff169060038210156140315760ff60a0820151166003613f5a8483615060565b9160061c161161401a57602081019260028451613f7681612782565b613f7f81612782565b14613fa6575060e00151600190911b1660ff1615613f9b575050565b519061271a82612782565b919392506080019060038060ff84511660061c1614908115614010575b5015613ffd575160ff166003613fd98483615060565b9160061c161115613fe8575050565b6334f084a160e01b5f5260045260245260445ffd5b5063ee66961960e01b5f5260045260245ffd5b905042115f613fc3565b5082631134603960e31b5f5260045260245260445ffd5b50630c2b716b60e31b5f5260045260245ffd5b9291926001600160401b03821161286e576040519161406d601f8201601f1916602001846128d3565b8294818452818301116103fa578281602093845f960137010152565b949097969295919760408701359460068610156103fa576140a986612782565b60018614925f916140b988612782565b87158015614358575b61432957908392916140fc60076140e38f9897600460038b01549a01612ab9565b905460039190911b1c6001600160a01b03169e01612a60565b9a61411461410d6060830183612ac8565b3691614044565b60208151910120936103fa576141769b8e9560ff6080840135978d6040519060208201928d8452604083015261414981612782565b60608201528860808201528960a082015260a0815261416960c0826128d3565b51902091169d8e83612a94565b5114908115916142df575b506142c857602081013560ff81168091036103fa5761420f958f9560a08401359c6040519360208501957f106075b8417c1ac46cb410847a59f1aa6c2605c16642e91416241c126f4cb57187528c604087015235606086015260808501526141e881612782565b60a084015260c083015260e08201528a61010082015261010081526105ad610120826128d3565b156142bc579061427992916040519460208601917f20e36189d00dd33bbe8ffbbae39d1f47aed5f4c491ab5bc93c85a3feb693dba88352604087015289606087015260808601526080855261426560a0866128d3565b93519093206001600160a01b0393906150ad565b165f52600760205260ff60405f20541693841590816142b1575b5061429c575050565b6347588d1b60e01b5f5260045260245260445ffd5b90503314155f614293565b50600196505050505050565b8b8b6373aab90d60e01b5f5260045260245260445ffd5b604051602081019250905f835b6003821061431357505050606081526143066080826128d3565b519020813514155f614181565b60208060019285518152019301910190916142ec565b8761433760608c018c612ac8565b6383b5a1a960e01b5f5291905061434d81612782565b60045260245260445ffd5b5061436660608b018b612ac8565b90508515614379576020905b14156140c2565b5f90614372565b6040519060e082018281106001600160401b0382111761286e57604052815f81525f60208201525f60408201525f606082015260c06060916040516143c584826128d3565b8336823760808201526040516143db84826128d3565b8336823760a0820152604051926143f281856128d3565b3684370152565b60011b906101fe60fe831692168203612a0c57565b9193909261441b81612782565b8260021b906103fc60fc831692168203612a0c5760019161ffff826101008901921b1661ffff82511617905261445081612782565b03614540575f92600a0160a08501845b6003811061449a57505061448a60ff9385936144836105c6610120988896612ab9565b90556143f9565b161b1691019060ff825116179052565b60ff82511660036144ab8383615060565b9160061c1611158015614523575b61451b576144c78188614d11565b846144d28286612ab9565b90549060031b1c146145055760018101809111612a0c578681116144fc575b506001905b01614460565b955060016144f1565b9350505050610120925060ff61448a81936143f9565b6001906144f6565b5060016145308289614ce7565b61453981612782565b14156144b9565b50505050565b600581901c600690811692919081901c60031660018101809111612a0c5760ff936101fe85603f9360061b951691161b911617171690565b6008546001600160a01b0316330361459257565b63118cdaa760e01b5f523360045260245ffd5b916040519163a9059cbb60e01b5f5260018060a01b031660045260245260205f60448180865af19060015f5114821615614605575b604052156145e55750565b635274afe760e01b5f9081526001600160a01b0391909116600452602490fd5b90600181151661461d57823b15153d151616906145da565b503d5f823e3d90fd5b905f905b6003821061463757505050565b82516001600160a01b03168152602092830192600192909201910161462a565b91926040516020810190448252846040820152604081526146796060826128d3565b5190209360a082019261ffff845116956040519663bc7a679d60e01b88528660048901526024880152604487015260a0866064815f600180861b037f0000000000000000000000000000000000000000000000000000000000000000165af19283156126ad575f5f975f95614a21575b5063ffffffff168015614a155760018060a01b0384511660028401546040519060208201924684523060408401528a6060840152608083015260a082015261473460c0820188614626565b44610120820152610120815261474c610140826128d3565b51902095606083019182526147817f0000000000000000000000000000000000000000000000000000000000000000426129ff565b606086018051916002831015611954576147b164ffffffffff91613eca608089019563ffffffff87511690614cc1565b166020868101918252600290890152875187546001600160a01b0319166001600160a01b03919091161780885560408901519198909290919060098210156119545751600281101561195457608083015160a084015160c08086015160e08701516101008801516101208901516101409099015166ffffffffffffff60c01b1960a89990991b60ff60a81b1663ffffffff60a01b19909b169a909a17600160a11b179790971660b09690961b60ff60b01b169590951760b89490941b60ff60b81b169390931791901b60ff60c01b161760c89190911b60ff60c81b161760d09190911b60ff60d01b161760d89190911b61ffff60d81b161760e89190911b60ff60e81b161760f09190911b60ff60f01b16178555835160018601805488516001600160881b03199091166001600160601b03939093169290921760609290921b64ffffffffff60601b16919091178155936040015184549351915192516001600160881b0390941660889190911b64ffffffffff60881b161760b09190911b63ffffffff60b01b161760d09190911b63ffffffff60d01b161760f09190911b6001600160f01b03191617905560038101849055825f5b600381106149f5575050509160a0916149ea64ffffffffff7ff2afeb82cc030dedddebb51429079e0023682fe99937d806222129d50849bd379560015465ffffffffffff60301b6149c265ffffffffffff8360301c16613efb565b60301b169065ffffffffffff60301b1916176001555116916040519384526020840190614626565b6080820152a3600190565b81516001600160a01b031660048285010155602090910190600101614967565b50505050505050505f90565b945050955060a03d60a011614a77575b614a3b81856128d3565b83019560a0848803126103fa5783519663ffffffff881688036103fa57614a6f63ffffffff91604060208801519701613350565b9497906146e9565b503d614a31565b5f198114612a0c5760010190565b90614a9792916150ad565b6001600160a01b039182169116818103614aaf575050565b63366d29f760e01b5f5260045260245260445ffd5b60a0015161ffff1680614ad75750600190565b61ffff1690565b90614ae890614ac4565b815f52600460205260405f20614be860405191614b048361289d565b549165ffffffffffff831681526001600160401b03602082019365ffffffffffff8160301c16855264ffffffffff8160601c16604084015260881c166060820152835f52600360205260405f209065ffffffffffff60405192614b6684612882565b5494818616845281602085019660301c1686528183511680155f14614c8457508181511684525b51169081614c52575165ffffffffffff168452505b5f84815260036020526040902090518154935165ffffffffffff60301b60309190911b1665ffffffffffff9091166bffffffffffffffffffffffff199094168417179055565b15614c40575b505f5260046020525f60408120556001545f1965ffffffffffff8260c01c160165ffffffffffff8111612a0c5765ffffffffffff60c01b1990911660c09190911b65ffffffffffff60c01b1617600155565b6001901b19600254166002555f614bee565b65ffffffffffff905116905f52600460205265ffffffffffff60405f20911665ffffffffffff19825416179055614ba2565b614cbc9083835116905f52600460205260405f209065ffffffffffff60301b82549160301b169065ffffffffffff60301b1916179055565b614b8d565b90613eca614cd1613290936130cf565b9163ffffffff60208185511694015116906131d4565b610100015161ffff166001600160fe1b0382168203612a0c57600f9160021b1c1661329081612782565b610120015160ff166001600160ff1b0382168203612a0c5760039160011b1c1690565b9160c081019283519060a0830194614d7f8651614d7560405195630e2b6a2160e41b8752856004880152614d6b602488018a614626565b6084870190613407565b60e4850190613438565b60c083610144815f7f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03165af19283156126ad575f905f94614fc5575b509594939291906060840151965f965b60038810614dfa57505050505050505080614deb5750565b614df6905f546129ff565b5f55565b9091929394959697614e106138fa8a8651612a94565b600581101561195457600403614e8e57614e37600191614e308b89612a94565b51906129ff565b98818060a01b03614e48828b612a94565b5116867f3ca5e7f4cfcfbf4a54711a16cba9e04bae9938997e6c5565d6179ba77726e92e6020614e78858c612a94565b51604051908152a35b0196959493929190614dd3565b9760808701614e9e828251612a94565b5115614f51579081614eb38260019451612a94565b51838060a01b03614ec48488612a94565b51165f526006602052614edc60405f209182546129ff565b9055828060a01b03614eee838c612a94565b5116877fbe43491cebd8d8a1a80d6803dac17e75d416b298b7f7fb1734842eb7f46ffe466040614f3186888060a01b03614f28828d612a94565b51169651612a94565b5160ff614f3f888b51612a94565b511682519182526020820152a4614e81565b50614f606138fa828651612a94565b90600582101561195457600180920315614e8157818060a01b03614f84828b612a94565b5116867f5f463538f162eb5aaef0451896ae5dc52dbd4d8041902f55fbeacf03aced73e6602060ff614fb7868951612a94565b5116604051908152a3614e81565b9050614fe191935060c03d60c0116126a65761269681836128d3565b92905f614dc3565b9190811561505b57604051828152612a3e936001600160a01b038316917f9c80a946d1155e387d3fdb40ebfc6973f2df3f44827577acc768d8b4953c674a90602090a37f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03166145a5565b505050565b90600360ff83169260061c16915f5b83811061507f5750505050600390565b6001600160ff1b0381168103612a0c57826003838360011b1c16146150a65760010161506f565b9250505090565b6150e6929160426150e0926150c0615396565b906040519161190160f01b83526002830152602282015220923691614044565b90615201565b505090565b6150f481612782565b60018114908115615103575090565b6002915061511081612782565b1490565b9060ff8110615121575090565b60018101809111612a0c576001901b905f198201918211612a0c571690565b60ff811690601f821161516f576040519161515c6040846128d3565b6020808452838101919036833783525290565b632cd44ac360e21b5f5260045ffd5b80156151a2576001811461519c5760020361519857600690565b5f90565b50600990565b50600a90565b8051906151bb602082019283519061523b565b80156151eb575b6151e55760406151d692519101519061523b565b156151e057600190565b60ff90565b50505f90565b506151fc815160408301519061523b565b6151c2565b81519190604183036152315761522a9250602082015190606060408401519301515f1a906154b2565b9192909190565b50505f9160029190565b60208101511580156152f8575b80156152c1575b6151e55760608101916002835161526581612782565b61526e81612782565b1492831561527d575b50505090565b6001919293505161528d81612782565b61529681612782565b1491826152a8575b50505f8080615277565b60ff809293506080809201511692015116145f8061529e565b5060608101516152d081612782565b6060830151906152df82612782565b6152e882612782565b6152f181612782565b141561524f565b50602082015115615248565b61530d8161537e565b6153415760208101511561533b57606061532c910151613a7881612782565b1561533657600490565b600290565b50600390565b50600190565b6153508161537e565b6153415760208101511561533b57606061536f910151613a7881612782565b1561537957600490565b600390565b80511515908161538c575090565b6020915001511590565b307f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03161480615489575b156153f1577f000000000000000000000000000000000000000000000000000000000000000090565b60405160208101907f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f82527f000000000000000000000000000000000000000000000000000000000000000060408201527f000000000000000000000000000000000000000000000000000000000000000060608201524660808201523060a082015260a0815261548360c0826128d3565b51902090565b507f000000000000000000000000000000000000000000000000000000000000000046146153c8565b91907f7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a08411615529579160209360809260ff5f9560405194855216868401526040830152606082015282805260015afa156126ad575f516001600160a01b0381161561551f57905f905f90565b505f906001905f90565b5050505f916003919056",
}

// Task is an auto generated Go binding around an Ethereum contract.
type Task struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *Task) GetABI() abi.ABI {
	return c.abi
}

// NewTask creates a new instance of Task.
func NewTask() *Task {
	parsed, err := TaskMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &Task{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *Task) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address token_, address nodes_, (uint256,uint256,uint32,uint32,uint32,uint32,uint32,uint32,(uint32,uint32),(uint32,uint32)) params) returns()
func (task *Task) PackConstructor(token_ common.Address, nodes_ common.Address, params Params) []byte {
	enc, err := task.abi.Pack("", token_, nodes_, params)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackCancel is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x40e58ee5.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function cancel(uint256 taskId) returns()
func (task *Task) PackCancel(taskId *big.Int) []byte {
	enc, err := task.abi.Pack("cancel", taskId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCancel is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x40e58ee5.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function cancel(uint256 taskId) returns()
func (task *Task) TryPackCancel(taskId *big.Int) ([]byte, error) {
	return task.abi.Pack("cancel", taskId)
}

// PackClose is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0aebeb4e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function close(uint256 taskId) returns()
func (task *Task) PackClose(taskId *big.Int) []byte {
	enc, err := task.abi.Pack("close", taskId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackClose is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0aebeb4e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function close(uint256 taskId) returns()
func (task *Task) TryPackClose(taskId *big.Int) ([]byte, error) {
	return task.abi.Pack("close", taskId)
}

// PackCommit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xddafce29.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function commit(uint256 taskId, uint8 seat, bytes32 commitment, bytes signature) returns()
func (task *Task) PackCommit(taskId *big.Int, seat uint8, commitment [32]byte, signature []byte) []byte {
	enc, err := task.abi.Pack("commit", taskId, seat, commitment, signature)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCommit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xddafce29.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function commit(uint256 taskId, uint8 seat, bytes32 commitment, bytes signature) returns()
func (task *Task) TryPackCommit(taskId *big.Int, seat uint8, commitment [32]byte, signature []byte) ([]byte, error) {
	return task.abi.Pack("commit", taskId, seat, commitment, signature)
}

// PackCounts is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x817cc1ea.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function counts() view returns(uint256 created, uint256 running, uint256 settled, uint256 aborted)
func (task *Task) PackCounts() []byte {
	enc, err := task.abi.Pack("counts")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCounts is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x817cc1ea.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function counts() view returns(uint256 created, uint256 running, uint256 settled, uint256 aborted)
func (task *Task) TryPackCounts() ([]byte, error) {
	return task.abi.Pack("counts")
}

// TaskCountsOutput serves as a container for the return parameters of contract
// method Counts.
type TaskCountsOutput struct {
	Created *big.Int
	Running *big.Int
	Settled *big.Int
	Aborted *big.Int
}

// UnpackCounts is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x817cc1ea.
//
// Solidity: function counts() view returns(uint256 created, uint256 running, uint256 settled, uint256 aborted)
func (task *Task) UnpackCounts(data []byte) (TaskCountsOutput, error) {
	out, err := task.abi.Unpack("counts", data)
	outstruct := new(TaskCountsOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Created = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.Running = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	outstruct.Settled = abi.ConvertType(out[2], new(big.Int)).(*big.Int)
	outstruct.Aborted = abi.ConvertType(out[3], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackCreateTask is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5c27a3a3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function createTask((uint8,bytes32,bytes32,uint16,uint32,uint16,uint256) request) returns(uint256 taskId)
func (task *Task) PackCreateTask(request TaskRequest) []byte {
	enc, err := task.abi.Pack("createTask", request)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCreateTask is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5c27a3a3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function createTask((uint8,bytes32,bytes32,uint16,uint32,uint16,uint256) request) returns(uint256 taskId)
func (task *Task) TryPackCreateTask(request TaskRequest) ([]byte, error) {
	return task.abi.Pack("createTask", request)
}

// UnpackCreateTask is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x5c27a3a3.
//
// Solidity: function createTask((uint8,bytes32,bytes32,uint16,uint32,uint16,uint256) request) returns(uint256 taskId)
func (task *Task) UnpackCreateTask(data []byte) (*big.Int, error) {
	out, err := task.abi.Unpack("createTask", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackDispatch is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf1389bae.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function dispatch(uint256 taskId) returns()
func (task *Task) PackDispatch(taskId *big.Int) []byte {
	enc, err := task.abi.Pack("dispatch", taskId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDispatch is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf1389bae.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function dispatch(uint256 taskId) returns()
func (task *Task) TryPackDispatch(taskId *big.Int) ([]byte, error) {
	return task.abi.Pack("dispatch", taskId)
}

// PackEarned is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x008cc262.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function earned(address account) view returns(uint256)
func (task *Task) PackEarned(account common.Address) []byte {
	enc, err := task.abi.Pack("earned", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackEarned is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x008cc262.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function earned(address account) view returns(uint256)
func (task *Task) TryPackEarned(account common.Address) ([]byte, error) {
	return task.abi.Pack("earned", account)
}

// UnpackEarned is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x008cc262.
//
// Solidity: function earned(address account) view returns(uint256)
func (task *Task) UnpackEarned(data []byte) (*big.Int, error) {
	out, err := task.abi.Unpack("earned", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackEip712Domain is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x84b0196e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (task *Task) PackEip712Domain() []byte {
	enc, err := task.abi.Pack("eip712Domain")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackEip712Domain is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x84b0196e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (task *Task) TryPackEip712Domain() ([]byte, error) {
	return task.abi.Pack("eip712Domain")
}

// TaskEip712DomainOutput serves as a container for the return parameters of contract
// method Eip712Domain.
type TaskEip712DomainOutput struct {
	Fields            [1]byte
	Name              string
	Version           string
	ChainId           *big.Int
	VerifyingContract common.Address
	Salt              [32]byte
	Extensions        []*big.Int
}

// UnpackEip712Domain is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x84b0196e.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (task *Task) UnpackEip712Domain(data []byte) (TaskEip712DomainOutput, error) {
	out, err := task.abi.Unpack("eip712Domain", data)
	outstruct := new(TaskEip712DomainOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Fields = *abi.ConvertType(out[0], new([1]byte)).(*[1]byte)
	outstruct.Name = *abi.ConvertType(out[1], new(string)).(*string)
	outstruct.Version = *abi.ConvertType(out[2], new(string)).(*string)
	outstruct.ChainId = abi.ConvertType(out[3], new(big.Int)).(*big.Int)
	outstruct.VerifyingContract = *abi.ConvertType(out[4], new(common.Address)).(*common.Address)
	outstruct.Salt = *abi.ConvertType(out[5], new([32]byte)).(*[32]byte)
	outstruct.Extensions = *abi.ConvertType(out[6], new([]*big.Int)).(*[]*big.Int)
	return *outstruct, nil
}

// PackIsRelay is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x26cb32b7.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function isRelay(address account) view returns(bool)
func (task *Task) PackIsRelay(account common.Address) []byte {
	enc, err := task.abi.Pack("isRelay", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackIsRelay is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x26cb32b7.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function isRelay(address account) view returns(bool)
func (task *Task) TryPackIsRelay(account common.Address) ([]byte, error) {
	return task.abi.Pack("isRelay", account)
}

// UnpackIsRelay is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x26cb32b7.
//
// Solidity: function isRelay(address account) view returns(bool)
func (task *Task) UnpackIsRelay(data []byte) (bool, error) {
	out, err := task.abi.Unpack("isRelay", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackMinFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x24ec7590.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function minFee() view returns(uint256)
func (task *Task) PackMinFee() []byte {
	enc, err := task.abi.Pack("minFee")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMinFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x24ec7590.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function minFee() view returns(uint256)
func (task *Task) TryPackMinFee() ([]byte, error) {
	return task.abi.Pack("minFee")
}

// UnpackMinFee is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x24ec7590.
//
// Solidity: function minFee() view returns(uint256)
func (task *Task) UnpackMinFee(data []byte) (*big.Int, error) {
	out, err := task.abi.Unpack("minFee", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackNodes is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5db82fa0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function nodes() view returns(address)
func (task *Task) PackNodes() []byte {
	enc, err := task.abi.Pack("nodes")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackNodes is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5db82fa0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function nodes() view returns(address)
func (task *Task) TryPackNodes() ([]byte, error) {
	return task.abi.Pack("nodes")
}

// UnpackNodes is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x5db82fa0.
//
// Solidity: function nodes() view returns(address)
func (task *Task) UnpackNodes(data []byte) (common.Address, error) {
	out, err := task.abi.Unpack("nodes", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackOwner is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8da5cb5b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function owner() view returns(address)
func (task *Task) PackOwner() []byte {
	enc, err := task.abi.Pack("owner")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOwner is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8da5cb5b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function owner() view returns(address)
func (task *Task) TryPackOwner() ([]byte, error) {
	return task.abi.Pack("owner")
}

// UnpackOwner is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x8da5cb5b.
//
// Solidity: function owner() view returns(address)
func (task *Task) UnpackOwner(data []byte) (common.Address, error) {
	out, err := task.abi.Unpack("owner", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackPool is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x16f0115b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function pool() view returns(uint256)
func (task *Task) PackPool() []byte {
	enc, err := task.abi.Pack("pool")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPool is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x16f0115b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function pool() view returns(uint256)
func (task *Task) TryPackPool() ([]byte, error) {
	return task.abi.Pack("pool")
}

// UnpackPool is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x16f0115b.
//
// Solidity: function pool() view returns(uint256)
func (task *Task) UnpackPool(data []byte) (*big.Int, error) {
	out, err := task.abi.Unpack("pool", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackPricing is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x608d109c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function pricing(uint8 taskType) view returns((uint32,uint32))
func (task *Task) PackPricing(taskType uint8) []byte {
	enc, err := task.abi.Pack("pricing", taskType)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPricing is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x608d109c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function pricing(uint8 taskType) view returns((uint32,uint32))
func (task *Task) TryPackPricing(taskType uint8) ([]byte, error) {
	return task.abi.Pack("pricing", taskType)
}

// UnpackPricing is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x608d109c.
//
// Solidity: function pricing(uint8 taskType) view returns((uint32,uint32))
func (task *Task) UnpackPricing(data []byte) (Pricing, error) {
	out, err := task.abi.Unpack("pricing", data)
	if err != nil {
		return *new(Pricing), err
	}
	out0 := *abi.ConvertType(out[0], new(Pricing)).(*Pricing)
	return out0, nil
}

// PackQueue is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x382fcf1c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function queue(uint256 offset, uint256 length) view returns(uint256[])
func (task *Task) PackQueue(offset *big.Int, length *big.Int) []byte {
	enc, err := task.abi.Pack("queue", offset, length)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackQueue is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x382fcf1c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function queue(uint256 offset, uint256 length) view returns(uint256[])
func (task *Task) TryPackQueue(offset *big.Int, length *big.Int) ([]byte, error) {
	return task.abi.Pack("queue", offset, length)
}

// UnpackQueue is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x382fcf1c.
//
// Solidity: function queue(uint256 offset, uint256 length) view returns(uint256[])
func (task *Task) UnpackQueue(data []byte) ([]*big.Int, error) {
	out, err := task.abi.Unpack("queue", data)
	if err != nil {
		return *new([]*big.Int), err
	}
	out0 := *abi.ConvertType(out[0], new([]*big.Int)).(*[]*big.Int)
	return out0, nil
}

// PackQueueCapacity is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x90fdb20c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function queueCapacity() view returns(uint256)
func (task *Task) PackQueueCapacity() []byte {
	enc, err := task.abi.Pack("queueCapacity")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackQueueCapacity is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x90fdb20c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function queueCapacity() view returns(uint256)
func (task *Task) TryPackQueueCapacity() ([]byte, error) {
	return task.abi.Pack("queueCapacity")
}

// UnpackQueueCapacity is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x90fdb20c.
//
// Solidity: function queueCapacity() view returns(uint256)
func (task *Task) UnpackQueueCapacity(data []byte) (*big.Int, error) {
	out, err := task.abi.Unpack("queueCapacity", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackQueueLength is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xab91c7b0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function queueLength() view returns(uint256)
func (task *Task) PackQueueLength() []byte {
	enc, err := task.abi.Pack("queueLength")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackQueueLength is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xab91c7b0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function queueLength() view returns(uint256)
func (task *Task) TryPackQueueLength() ([]byte, error) {
	return task.abi.Pack("queueLength")
}

// UnpackQueueLength is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xab91c7b0.
//
// Solidity: function queueLength() view returns(uint256)
func (task *Task) UnpackQueueLength(data []byte) (*big.Int, error) {
	out, err := task.abi.Unpack("queueLength", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackQueuePosition is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd5faaace.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function queuePosition(uint256 taskId) view returns(uint256)
func (task *Task) PackQueuePosition(taskId *big.Int) []byte {
	enc, err := task.abi.Pack("queuePosition", taskId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackQueuePosition is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd5faaace.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function queuePosition(uint256 taskId) view returns(uint256)
func (task *Task) TryPackQueuePosition(taskId *big.Int) ([]byte, error) {
	return task.abi.Pack("queuePosition", taskId)
}

// UnpackQueuePosition is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xd5faaace.
//
// Solidity: function queuePosition(uint256 taskId) view returns(uint256)
func (task *Task) UnpackQueuePosition(data []byte) (*big.Int, error) {
	out, err := task.abi.Unpack("queuePosition", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackRenounceOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x715018a6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function renounceOwnership() returns()
func (task *Task) PackRenounceOwnership() []byte {
	enc, err := task.abi.Pack("renounceOwnership")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRenounceOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x715018a6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function renounceOwnership() returns()
func (task *Task) TryPackRenounceOwnership() ([]byte, error) {
	return task.abi.Pack("renounceOwnership")
}

// PackReveal is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x38af1c79.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function reveal(uint256 taskId, uint8 seat, (bytes32,uint8,uint8,bytes,bytes32,bytes32) opening, bytes signature, bytes storageSignature) returns()
func (task *Task) PackReveal(taskId *big.Int, seat uint8, opening Reveal, signature []byte, storageSignature []byte) []byte {
	enc, err := task.abi.Pack("reveal", taskId, seat, opening, signature, storageSignature)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackReveal is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x38af1c79.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function reveal(uint256 taskId, uint8 seat, (bytes32,uint8,uint8,bytes,bytes32,bytes32) opening, bytes signature, bytes storageSignature) returns()
func (task *Task) TryPackReveal(taskId *big.Int, seat uint8, opening Reveal, signature []byte, storageSignature []byte) ([]byte, error) {
	return task.abi.Pack("reveal", taskId, seat, opening, signature, storageSignature)
}

// PackSetRelay is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4e82449d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setRelay(address relay, bool registered) returns()
func (task *Task) PackSetRelay(relay common.Address, registered bool) []byte {
	enc, err := task.abi.Pack("setRelay", relay, registered)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetRelay is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4e82449d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setRelay(address relay, bool registered) returns()
func (task *Task) TryPackSetRelay(relay common.Address, registered bool) ([]byte, error) {
	return task.abi.Pack("setRelay", relay, registered)
}

// PackTask is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x17751a21.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function task(uint256 taskId) view returns((uint8,uint8,uint8,address,bytes32,bytes32,bytes32,uint256,uint32,uint16,address[3],bytes32[3],bool[3],(uint64,uint64)) info)
func (task *Task) PackTask(taskId *big.Int) []byte {
	enc, err := task.abi.Pack("task", taskId)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTask is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x17751a21.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function task(uint256 taskId) view returns((uint8,uint8,uint8,address,bytes32,bytes32,bytes32,uint256,uint32,uint16,address[3],bytes32[3],bool[3],(uint64,uint64)) info)
func (task *Task) TryPackTask(taskId *big.Int) ([]byte, error) {
	return task.abi.Pack("task", taskId)
}

// UnpackTask is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x17751a21.
//
// Solidity: function task(uint256 taskId) view returns((uint8,uint8,uint8,address,bytes32,bytes32,bytes32,uint256,uint32,uint16,address[3],bytes32[3],bool[3],(uint64,uint64)) info)
func (task *Task) UnpackTask(data []byte) (TaskInfo, error) {
	out, err := task.abi.Unpack("task", data)
	if err != nil {
		return *new(TaskInfo), err
	}
	out0 := *abi.ConvertType(out[0], new(TaskInfo)).(*TaskInfo)
	return out0, nil
}

// PackToken is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfc0c546a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function token() view returns(address)
func (task *Task) PackToken() []byte {
	enc, err := task.abi.Pack("token")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackToken is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfc0c546a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function token() view returns(address)
func (task *Task) TryPackToken() ([]byte, error) {
	return task.abi.Pack("token")
}

// UnpackToken is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xfc0c546a.
//
// Solidity: function token() view returns(address)
func (task *Task) UnpackToken(data []byte) (common.Address, error) {
	out, err := task.abi.Unpack("token", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackTransferOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf2fde38b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferOwnership(address newOwner) returns()
func (task *Task) PackTransferOwnership(newOwner common.Address) []byte {
	enc, err := task.abi.Pack("transferOwnership", newOwner)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf2fde38b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferOwnership(address newOwner) returns()
func (task *Task) TryPackTransferOwnership(newOwner common.Address) ([]byte, error) {
	return task.abi.Pack("transferOwnership", newOwner)
}

// PackWithdraw is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x51cff8d9.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function withdraw(address account) returns(uint256 amount)
func (task *Task) PackWithdraw(account common.Address) []byte {
	enc, err := task.abi.Pack("withdraw", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackWithdraw is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x51cff8d9.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function withdraw(address account) returns(uint256 amount)
func (task *Task) TryPackWithdraw(account common.Address) ([]byte, error) {
	return task.abi.Pack("withdraw", account)
}

// UnpackWithdraw is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x51cff8d9.
//
// Solidity: function withdraw(address account) returns(uint256 amount)
func (task *Task) UnpackWithdraw(data []byte) (*big.Int, error) {
	out, err := task.abi.Unpack("withdraw", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// TaskCommitmentsComplete represents a CommitmentsComplete event raised by the Task contract.
type TaskCommitmentsComplete struct {
	TaskId   *big.Int
	RevealBy uint64
	Raw      *types.Log // Blockchain specific contextual infos
}

const TaskCommitmentsCompleteEventName = "CommitmentsComplete"

// ContractEventName returns the user-defined event name.
func (TaskCommitmentsComplete) ContractEventName() string {
	return TaskCommitmentsCompleteEventName
}

// UnpackCommitmentsCompleteEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event CommitmentsComplete(uint256 indexed taskId, uint64 revealBy)
func (task *Task) UnpackCommitmentsCompleteEvent(log *types.Log) (*TaskCommitmentsComplete, error) {
	event := "CommitmentsComplete"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskCommitmentsComplete)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskCommitted represents a Committed event raised by the Task contract.
type TaskCommitted struct {
	TaskId     *big.Int
	Node       common.Address
	Seat       uint8
	Commitment [32]byte
	Raw        *types.Log // Blockchain specific contextual infos
}

const TaskCommittedEventName = "Committed"

// ContractEventName returns the user-defined event name.
func (TaskCommitted) ContractEventName() string {
	return TaskCommittedEventName
}

// UnpackCommittedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Committed(uint256 indexed taskId, address indexed node, uint8 seat, bytes32 commitment)
func (task *Task) UnpackCommittedEvent(log *types.Log) (*TaskCommitted, error) {
	event := "Committed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskCommitted)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskCreatorRefunded represents a CreatorRefunded event raised by the Task contract.
type TaskCreatorRefunded struct {
	TaskId  *big.Int
	Creator common.Address
	Amount  *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const TaskCreatorRefundedEventName = "CreatorRefunded"

// ContractEventName returns the user-defined event name.
func (TaskCreatorRefunded) ContractEventName() string {
	return TaskCreatorRefundedEventName
}

// UnpackCreatorRefundedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event CreatorRefunded(uint256 indexed taskId, address indexed creator, uint256 amount)
func (task *Task) UnpackCreatorRefundedEvent(log *types.Log) (*TaskCreatorRefunded, error) {
	event := "CreatorRefunded"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskCreatorRefunded)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskEIP712DomainChanged represents a EIP712DomainChanged event raised by the Task contract.
type TaskEIP712DomainChanged struct {
	Raw *types.Log // Blockchain specific contextual infos
}

const TaskEIP712DomainChangedEventName = "EIP712DomainChanged"

// ContractEventName returns the user-defined event name.
func (TaskEIP712DomainChanged) ContractEventName() string {
	return TaskEIP712DomainChangedEventName
}

// UnpackEIP712DomainChangedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event EIP712DomainChanged()
func (task *Task) UnpackEIP712DomainChangedEvent(log *types.Log) (*TaskEIP712DomainChanged, error) {
	event := "EIP712DomainChanged"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskEIP712DomainChanged)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskNodeDeviated represents a NodeDeviated event raised by the Task contract.
type TaskNodeDeviated struct {
	TaskId *big.Int
	Node   common.Address
	Stake  *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const TaskNodeDeviatedEventName = "NodeDeviated"

// ContractEventName returns the user-defined event name.
func (TaskNodeDeviated) ContractEventName() string {
	return TaskNodeDeviatedEventName
}

// UnpackNodeDeviatedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event NodeDeviated(uint256 indexed taskId, address indexed node, uint256 stake)
func (task *Task) UnpackNodeDeviatedEvent(log *types.Log) (*TaskNodeDeviated, error) {
	event := "NodeDeviated"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskNodeDeviated)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskNodePaid represents a NodePaid event raised by the Task contract.
type TaskNodePaid struct {
	TaskId *big.Int
	Node   common.Address
	Payout common.Address
	Amount *big.Int
	Score  uint8
	Raw    *types.Log // Blockchain specific contextual infos
}

const TaskNodePaidEventName = "NodePaid"

// ContractEventName returns the user-defined event name.
func (TaskNodePaid) ContractEventName() string {
	return TaskNodePaidEventName
}

// UnpackNodePaidEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event NodePaid(uint256 indexed taskId, address indexed node, address indexed payout, uint256 amount, uint8 score)
func (task *Task) UnpackNodePaidEvent(log *types.Log) (*TaskNodePaid, error) {
	event := "NodePaid"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskNodePaid)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskNodeReleased represents a NodeReleased event raised by the Task contract.
type TaskNodeReleased struct {
	TaskId *big.Int
	Node   common.Address
	Score  uint8
	Raw    *types.Log // Blockchain specific contextual infos
}

const TaskNodeReleasedEventName = "NodeReleased"

// ContractEventName returns the user-defined event name.
func (TaskNodeReleased) ContractEventName() string {
	return TaskNodeReleasedEventName
}

// UnpackNodeReleasedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event NodeReleased(uint256 indexed taskId, address indexed node, uint8 score)
func (task *Task) UnpackNodeReleasedEvent(log *types.Log) (*TaskNodeReleased, error) {
	event := "NodeReleased"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskNodeReleased)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskOwnershipTransferred represents a OwnershipTransferred event raised by the Task contract.
type TaskOwnershipTransferred struct {
	PreviousOwner common.Address
	NewOwner      common.Address
	Raw           *types.Log // Blockchain specific contextual infos
}

const TaskOwnershipTransferredEventName = "OwnershipTransferred"

// ContractEventName returns the user-defined event name.
func (TaskOwnershipTransferred) ContractEventName() string {
	return TaskOwnershipTransferredEventName
}

// UnpackOwnershipTransferredEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event OwnershipTransferred(address indexed previousOwner, address indexed newOwner)
func (task *Task) UnpackOwnershipTransferredEvent(log *types.Log) (*TaskOwnershipTransferred, error) {
	event := "OwnershipTransferred"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskOwnershipTransferred)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskRelaySet represents a RelaySet event raised by the Task contract.
type TaskRelaySet struct {
	Relay      common.Address
	Registered bool
	Raw        *types.Log // Blockchain specific contextual infos
}

const TaskRelaySetEventName = "RelaySet"

// ContractEventName returns the user-defined event name.
func (TaskRelaySet) ContractEventName() string {
	return TaskRelaySetEventName
}

// UnpackRelaySetEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event RelaySet(address indexed relay, bool registered)
func (task *Task) UnpackRelaySetEvent(log *types.Log) (*TaskRelaySet, error) {
	event := "RelaySet"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskRelaySet)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskRevealed represents a Revealed event raised by the Task contract.
type TaskRevealed struct {
	TaskId         *big.Int
	Node           common.Address
	Seat           uint8
	Kind           uint8
	Result         []byte
	Nonce          [32]byte
	CiphertextHash [32]byte
	Raw            *types.Log // Blockchain specific contextual infos
}

const TaskRevealedEventName = "Revealed"

// ContractEventName returns the user-defined event name.
func (TaskRevealed) ContractEventName() string {
	return TaskRevealedEventName
}

// UnpackRevealedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Revealed(uint256 indexed taskId, address indexed node, uint8 seat, uint8 kind, bytes result, bytes32 nonce, bytes32 ciphertextHash)
func (task *Task) UnpackRevealedEvent(log *types.Log) (*TaskRevealed, error) {
	event := "Revealed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskRevealed)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskTaskCreated represents a TaskCreated event raised by the Task contract.
type TaskTaskCreated struct {
	TaskId    *big.Int
	Creator   common.Address
	TaskType  uint8
	ArgsHash  [32]byte
	ModelKey  [32]byte
	MinVramGB uint16
	Units     uint32
	Images    uint16
	Fee       *big.Int
	Raw       *types.Log // Blockchain specific contextual infos
}

const TaskTaskCreatedEventName = "TaskCreated"

// ContractEventName returns the user-defined event name.
func (TaskTaskCreated) ContractEventName() string {
	return TaskTaskCreatedEventName
}

// UnpackTaskCreatedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event TaskCreated(uint256 indexed taskId, address indexed creator, uint8 taskType, bytes32 argsHash, bytes32 modelKey, uint16 minVramGB, uint32 units, uint16 images, uint256 fee)
func (task *Task) UnpackTaskCreatedEvent(log *types.Log) (*TaskTaskCreated, error) {
	event := "TaskCreated"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskTaskCreated)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskTaskDrawn represents a TaskDrawn event raised by the Task contract.
type TaskTaskDrawn struct {
	TaskId   *big.Int
	ClassId  [32]byte
	TaskKey  [32]byte
	Nodes    [3]common.Address
	CommitBy uint64
	Raw      *types.Log // Blockchain specific contextual infos
}

const TaskTaskDrawnEventName = "TaskDrawn"

// ContractEventName returns the user-defined event name.
func (TaskTaskDrawn) ContractEventName() string {
	return TaskTaskDrawnEventName
}

// UnpackTaskDrawnEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event TaskDrawn(uint256 indexed taskId, bytes32 indexed classId, bytes32 taskKey, address[3] nodes, uint64 commitBy)
func (task *Task) UnpackTaskDrawnEvent(log *types.Log) (*TaskTaskDrawn, error) {
	event := "TaskDrawn"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskTaskDrawn)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskTaskEnded represents a TaskEnded event raised by the Task contract.
type TaskTaskEnded struct {
	TaskId  *big.Int
	Outcome uint8
	Kind    uint8
	Result  []byte
	Raw     *types.Log // Blockchain specific contextual infos
}

const TaskTaskEndedEventName = "TaskEnded"

// ContractEventName returns the user-defined event name.
func (TaskTaskEnded) ContractEventName() string {
	return TaskTaskEndedEventName
}

// UnpackTaskEndedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event TaskEnded(uint256 indexed taskId, uint8 outcome, uint8 kind, bytes result)
func (task *Task) UnpackTaskEndedEvent(log *types.Log) (*TaskTaskEnded, error) {
	event := "TaskEnded"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskTaskEnded)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskTaskQueued represents a TaskQueued event raised by the Task contract.
type TaskTaskQueued struct {
	TaskId *big.Int
	Value  *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const TaskTaskQueuedEventName = "TaskQueued"

// ContractEventName returns the user-defined event name.
func (TaskTaskQueued) ContractEventName() string {
	return TaskTaskQueuedEventName
}

// UnpackTaskQueuedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event TaskQueued(uint256 indexed taskId, uint256 value)
func (task *Task) UnpackTaskQueuedEvent(log *types.Log) (*TaskTaskQueued, error) {
	event := "TaskQueued"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskTaskQueued)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TaskWithdrawn represents a Withdrawn event raised by the Task contract.
type TaskWithdrawn struct {
	Account common.Address
	Amount  *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const TaskWithdrawnEventName = "Withdrawn"

// ContractEventName returns the user-defined event name.
func (TaskWithdrawn) ContractEventName() string {
	return TaskWithdrawnEventName
}

// UnpackWithdrawnEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Withdrawn(address indexed account, uint256 amount)
func (task *Task) UnpackWithdrawnEvent(log *types.Log) (*TaskWithdrawn, error) {
	event := "Withdrawn"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != task.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TaskWithdrawn)
	if len(log.Data) > 0 {
		if err := task.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range task.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (task *Task) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], task.abi.Errors["AlreadyCommitted"].ID.Bytes()[:4]) {
		return task.UnpackAlreadyCommittedError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["AlreadyRevealed"].ID.Bytes()[:4]) {
		return task.UnpackAlreadyRevealedError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["CloseTooEarly"].ID.Bytes()[:4]) {
		return task.UnpackCloseTooEarlyError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["CommitTooLate"].ID.Bytes()[:4]) {
		return task.UnpackCommitTooLateError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["DispatchTooEarly"].ID.Bytes()[:4]) {
		return task.UnpackDispatchTooEarlyError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["FeeTooLow"].ID.Bytes()[:4]) {
		return task.UnpackFeeTooLowError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["InvalidCommitment"].ID.Bytes()[:4]) {
		return task.UnpackInvalidCommitmentError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["InvalidParams"].ID.Bytes()[:4]) {
		return task.UnpackInvalidParamsError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["InvalidResult"].ID.Bytes()[:4]) {
		return task.UnpackInvalidResultError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["InvalidSeat"].ID.Bytes()[:4]) {
		return task.UnpackInvalidSeatError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["InvalidShortString"].ID.Bytes()[:4]) {
		return task.UnpackInvalidShortStringError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["InvalidUnits"].ID.Bytes()[:4]) {
		return task.UnpackInvalidUnitsError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["NoClassFits"].ID.Bytes()[:4]) {
		return task.UnpackNoClassFitsError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["NoFreeNodes"].ID.Bytes()[:4]) {
		return task.UnpackNoFreeNodesError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["NotCommitted"].ID.Bytes()[:4]) {
		return task.UnpackNotCommittedError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["NotCreator"].ID.Bytes()[:4]) {
		return task.UnpackNotCreatorError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["NotNext"].ID.Bytes()[:4]) {
		return task.UnpackNotNextError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["NotStored"].ID.Bytes()[:4]) {
		return task.UnpackNotStoredError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["OnlyPlainAccount"].ID.Bytes()[:4]) {
		return task.UnpackOnlyPlainAccountError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["OwnableInvalidOwner"].ID.Bytes()[:4]) {
		return task.UnpackOwnableInvalidOwnerError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["OwnableUnauthorizedAccount"].ID.Bytes()[:4]) {
		return task.UnpackOwnableUnauthorizedAccountError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["QueueFull"].ID.Bytes()[:4]) {
		return task.UnpackQueueFullError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["RevealTooEarly"].ID.Bytes()[:4]) {
		return task.UnpackRevealTooEarlyError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["SafeERC20FailedOperation"].ID.Bytes()[:4]) {
		return task.UnpackSafeERC20FailedOperationError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["StringTooLong"].ID.Bytes()[:4]) {
		return task.UnpackStringTooLongError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["TaskTypeNotServed"].ID.Bytes()[:4]) {
		return task.UnpackTaskTypeNotServedError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["WrongOpening"].ID.Bytes()[:4]) {
		return task.UnpackWrongOpeningError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["WrongSigner"].ID.Bytes()[:4]) {
		return task.UnpackWrongSignerError(raw[4:])
	}
	if bytes.Equal(raw[:4], task.abi.Errors["WrongStatus"].ID.Bytes()[:4]) {
		return task.UnpackWrongStatusError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// TaskAlreadyCommitted represents a AlreadyCommitted error raised by the Task contract.
type TaskAlreadyCommitted struct {
	TaskId *big.Int
	Seat   uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AlreadyCommitted(uint256 taskId, uint8 seat)
func TaskAlreadyCommittedErrorID() common.Hash {
	return common.HexToHash("0xce02b0568721ce1bff7276a202f766ac5b7fb03b90c1ac2f19676d43cd055612")
}

// UnpackAlreadyCommittedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AlreadyCommitted(uint256 taskId, uint8 seat)
func (task *Task) UnpackAlreadyCommittedError(raw []byte) (*TaskAlreadyCommitted, error) {
	out := new(TaskAlreadyCommitted)
	if err := task.abi.UnpackIntoInterface(out, "AlreadyCommitted", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskAlreadyRevealed represents a AlreadyRevealed error raised by the Task contract.
type TaskAlreadyRevealed struct {
	TaskId *big.Int
	Seat   uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AlreadyRevealed(uint256 taskId, uint8 seat)
func TaskAlreadyRevealedErrorID() common.Hash {
	return common.HexToHash("0x89a301c82c1c9451b83424ec0d8b3cc6c72eebe189bf152b8b1973f6c9378bba")
}

// UnpackAlreadyRevealedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AlreadyRevealed(uint256 taskId, uint8 seat)
func (task *Task) UnpackAlreadyRevealedError(raw []byte) (*TaskAlreadyRevealed, error) {
	out := new(TaskAlreadyRevealed)
	if err := task.abi.UnpackIntoInterface(out, "AlreadyRevealed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskCloseTooEarly represents a CloseTooEarly error raised by the Task contract.
type TaskCloseTooEarly struct {
	Deadline uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error CloseTooEarly(uint64 deadline)
func TaskCloseTooEarlyErrorID() common.Hash {
	return common.HexToHash("0xf6fabfae8a7dd9bc41eaa22cda224bc49f2d1f8e2d2582d3a446115d9dc1218f")
}

// UnpackCloseTooEarlyError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error CloseTooEarly(uint64 deadline)
func (task *Task) UnpackCloseTooEarlyError(raw []byte) (*TaskCloseTooEarly, error) {
	out := new(TaskCloseTooEarly)
	if err := task.abi.UnpackIntoInterface(out, "CloseTooEarly", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskCommitTooLate represents a CommitTooLate error raised by the Task contract.
type TaskCommitTooLate struct {
	CommitBy uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error CommitTooLate(uint64 commitBy)
func TaskCommitTooLateErrorID() common.Hash {
	return common.HexToHash("0x08f28f16a0cd46c765e4c90ddf5205ad84504aa9b77617dc1c7adcf203683fa3")
}

// UnpackCommitTooLateError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error CommitTooLate(uint64 commitBy)
func (task *Task) UnpackCommitTooLateError(raw []byte) (*TaskCommitTooLate, error) {
	out := new(TaskCommitTooLate)
	if err := task.abi.UnpackIntoInterface(out, "CommitTooLate", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskDispatchTooEarly represents a DispatchTooEarly error raised by the Task contract.
type TaskDispatchTooEarly struct {
	TaskId *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error DispatchTooEarly(uint256 taskId)
func TaskDispatchTooEarlyErrorID() common.Hash {
	return common.HexToHash("0xa786944c77d44dd8bbba16c70ffd254b633ccd1cdd501d1a937f7236b3a4bcf1")
}

// UnpackDispatchTooEarlyError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error DispatchTooEarly(uint256 taskId)
func (task *Task) UnpackDispatchTooEarlyError(raw []byte) (*TaskDispatchTooEarly, error) {
	out := new(TaskDispatchTooEarly)
	if err := task.abi.UnpackIntoInterface(out, "DispatchTooEarly", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskFeeTooLow represents a FeeTooLow error raised by the Task contract.
type TaskFeeTooLow struct {
	Fee     *big.Int
	Minimum *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error FeeTooLow(uint256 fee, uint256 minimum)
func TaskFeeTooLowErrorID() common.Hash {
	return common.HexToHash("0xf04f3db281357fe66c8cdb6010552fb4fc5fa45b6647fc12b290172e5583e248")
}

// UnpackFeeTooLowError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error FeeTooLow(uint256 fee, uint256 minimum)
func (task *Task) UnpackFeeTooLowError(raw []byte) (*TaskFeeTooLow, error) {
	out := new(TaskFeeTooLow)
	if err := task.abi.UnpackIntoInterface(out, "FeeTooLow", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskInvalidCommitment represents a InvalidCommitment error raised by the Task contract.
type TaskInvalidCommitment struct {
	TaskId *big.Int
	Seat   uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidCommitment(uint256 taskId, uint8 seat)
func TaskInvalidCommitmentErrorID() common.Hash {
	return common.HexToHash("0x15c6e57d1ec45b38c05dec375d84162cd785efc9149efebc2132a3e4f0df1040")
}

// UnpackInvalidCommitmentError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidCommitment(uint256 taskId, uint8 seat)
func (task *Task) UnpackInvalidCommitmentError(raw []byte) (*TaskInvalidCommitment, error) {
	out := new(TaskInvalidCommitment)
	if err := task.abi.UnpackIntoInterface(out, "InvalidCommitment", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskInvalidParams represents a InvalidParams error raised by the Task contract.
type TaskInvalidParams struct {
	Field string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidParams(string field)
func TaskInvalidParamsErrorID() common.Hash {
	return common.HexToHash("0xa8c278dd678025fcd1ba899b5c9701b4f3cde35c26cff3abbdc63ff5ceeeb107")
}

// UnpackInvalidParamsError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidParams(string field)
func (task *Task) UnpackInvalidParamsError(raw []byte) (*TaskInvalidParams, error) {
	out := new(TaskInvalidParams)
	if err := task.abi.UnpackIntoInterface(out, "InvalidParams", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskInvalidResult represents a InvalidResult error raised by the Task contract.
type TaskInvalidResult struct {
	Kind   uint8
	Length *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidResult(uint8 kind, uint256 length)
func TaskInvalidResultErrorID() common.Hash {
	return common.HexToHash("0x83b5a1a90dae5f2bcd4213a7c8b4e94fbae0249b5f5a27da9b5679691fca48ca")
}

// UnpackInvalidResultError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidResult(uint8 kind, uint256 length)
func (task *Task) UnpackInvalidResultError(raw []byte) (*TaskInvalidResult, error) {
	out := new(TaskInvalidResult)
	if err := task.abi.UnpackIntoInterface(out, "InvalidResult", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskInvalidSeat represents a InvalidSeat error raised by the Task contract.
type TaskInvalidSeat struct {
	Seat uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidSeat(uint8 seat)
func TaskInvalidSeatErrorID() common.Hash {
	return common.HexToHash("0x615b8b5863bfba477cbd82a973fb578985d4aa3d4b38b705e521393871efd542")
}

// UnpackInvalidSeatError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidSeat(uint8 seat)
func (task *Task) UnpackInvalidSeatError(raw []byte) (*TaskInvalidSeat, error) {
	out := new(TaskInvalidSeat)
	if err := task.abi.UnpackIntoInterface(out, "InvalidSeat", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskInvalidShortString represents a InvalidShortString error raised by the Task contract.
type TaskInvalidShortString struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidShortString()
func TaskInvalidShortStringErrorID() common.Hash {
	return common.HexToHash("0xb3512b0c6163e5f0bafab72bb631b9d58cd7a731b082f910338aa21c83d5c274")
}

// UnpackInvalidShortStringError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidShortString()
func (task *Task) UnpackInvalidShortStringError(raw []byte) (*TaskInvalidShortString, error) {
	out := new(TaskInvalidShortString)
	if err := task.abi.UnpackIntoInterface(out, "InvalidShortString", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskInvalidUnits represents a InvalidUnits error raised by the Task contract.
type TaskInvalidUnits struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidUnits()
func TaskInvalidUnitsErrorID() common.Hash {
	return common.HexToHash("0x7219e1181eae755c3bfd4ffa33967b1cca40d546cf25871c8f4ffd17f1fcd170")
}

// UnpackInvalidUnitsError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidUnits()
func (task *Task) UnpackInvalidUnitsError(raw []byte) (*TaskInvalidUnits, error) {
	out := new(TaskInvalidUnits)
	if err := task.abi.UnpackIntoInterface(out, "InvalidUnits", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskNoClassFits represents a NoClassFits error raised by the Task contract.
type TaskNoClassFits struct {
	MinVramGB uint16
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NoClassFits(uint16 minVramGB)
func TaskNoClassFitsErrorID() common.Hash {
	return common.HexToHash("0xe60a074abfb167f591dbd45508a94c51cc9e0474709a94cebc64bee1e2dd742b")
}

// UnpackNoClassFitsError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NoClassFits(uint16 minVramGB)
func (task *Task) UnpackNoClassFitsError(raw []byte) (*TaskNoClassFits, error) {
	out := new(TaskNoClassFits)
	if err := task.abi.UnpackIntoInterface(out, "NoClassFits", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskNoFreeNodes represents a NoFreeNodes error raised by the Task contract.
type TaskNoFreeNodes struct {
	TaskId *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NoFreeNodes(uint256 taskId)
func TaskNoFreeNodesErrorID() common.Hash {
	return common.HexToHash("0xb138e14c44eedccaa216c01dfe25ec97b109dc5e77e280a281b4b11d9849c675")
}

// UnpackNoFreeNodesError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NoFreeNodes(uint256 taskId)
func (task *Task) UnpackNoFreeNodesError(raw []byte) (*TaskNoFreeNodes, error) {
	out := new(TaskNoFreeNodes)
	if err := task.abi.UnpackIntoInterface(out, "NoFreeNodes", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskNotCommitted represents a NotCommitted error raised by the Task contract.
type TaskNotCommitted struct {
	TaskId *big.Int
	Seat   uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotCommitted(uint256 taskId, uint8 seat)
func TaskNotCommittedErrorID() common.Hash {
	return common.HexToHash("0x34f084a131d613b8767be30183c27918c9bccfa53b2df2f9fbea2c01ed35c020")
}

// UnpackNotCommittedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotCommitted(uint256 taskId, uint8 seat)
func (task *Task) UnpackNotCommittedError(raw []byte) (*TaskNotCommitted, error) {
	out := new(TaskNotCommitted)
	if err := task.abi.UnpackIntoInterface(out, "NotCommitted", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskNotCreator represents a NotCreator error raised by the Task contract.
type TaskNotCreator struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotCreator(address caller)
func TaskNotCreatorErrorID() common.Hash {
	return common.HexToHash("0xc66f47bf350ee1bf9e0c1be02671afd9da5d2da4e1459cba22a80a2a2a689a52")
}

// UnpackNotCreatorError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotCreator(address caller)
func (task *Task) UnpackNotCreatorError(raw []byte) (*TaskNotCreator, error) {
	out := new(TaskNotCreator)
	if err := task.abi.UnpackIntoInterface(out, "NotCreator", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskNotNext represents a NotNext error raised by the Task contract.
type TaskNotNext struct {
	TaskId *big.Int
	Older  *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotNext(uint256 taskId, uint256 older)
func TaskNotNextErrorID() common.Hash {
	return common.HexToHash("0x43a3a91352d19979e3aeaf863555d411646347954dea8a14309ca4d2b3b0abe1")
}

// UnpackNotNextError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotNext(uint256 taskId, uint256 older)
func (task *Task) UnpackNotNextError(raw []byte) (*TaskNotNext, error) {
	out := new(TaskNotNext)
	if err := task.abi.UnpackIntoInterface(out, "NotNext", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskNotStored represents a NotStored error raised by the Task contract.
type TaskNotStored struct {
	TaskId *big.Int
	Seat   uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotStored(uint256 taskId, uint8 seat)
func TaskNotStoredErrorID() common.Hash {
	return common.HexToHash("0x47588d1b8be964a2e7816b5cbab1ac00849dbd59c9e9baee3f4c52e8b931390d")
}

// UnpackNotStoredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotStored(uint256 taskId, uint8 seat)
func (task *Task) UnpackNotStoredError(raw []byte) (*TaskNotStored, error) {
	out := new(TaskNotStored)
	if err := task.abi.UnpackIntoInterface(out, "NotStored", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskOnlyPlainAccount represents a OnlyPlainAccount error raised by the Task contract.
type TaskOnlyPlainAccount struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error OnlyPlainAccount(address caller)
func TaskOnlyPlainAccountErrorID() common.Hash {
	return common.HexToHash("0xa7a17234435cd87f0b31c10e94964d56fbc682f42f5c7ae36f856655dbe2d02e")
}

// UnpackOnlyPlainAccountError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error OnlyPlainAccount(address caller)
func (task *Task) UnpackOnlyPlainAccountError(raw []byte) (*TaskOnlyPlainAccount, error) {
	out := new(TaskOnlyPlainAccount)
	if err := task.abi.UnpackIntoInterface(out, "OnlyPlainAccount", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskOwnableInvalidOwner represents a OwnableInvalidOwner error raised by the Task contract.
type TaskOwnableInvalidOwner struct {
	Owner common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error OwnableInvalidOwner(address owner)
func TaskOwnableInvalidOwnerErrorID() common.Hash {
	return common.HexToHash("0x1e4fbdf7f3ef8bcaa855599e3abf48b232380f183f08f6f813d9ffa5bd585188")
}

// UnpackOwnableInvalidOwnerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error OwnableInvalidOwner(address owner)
func (task *Task) UnpackOwnableInvalidOwnerError(raw []byte) (*TaskOwnableInvalidOwner, error) {
	out := new(TaskOwnableInvalidOwner)
	if err := task.abi.UnpackIntoInterface(out, "OwnableInvalidOwner", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskOwnableUnauthorizedAccount represents a OwnableUnauthorizedAccount error raised by the Task contract.
type TaskOwnableUnauthorizedAccount struct {
	Account common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error OwnableUnauthorizedAccount(address account)
func TaskOwnableUnauthorizedAccountErrorID() common.Hash {
	return common.HexToHash("0x118cdaa7a341953d1887a2245fd6665d741c67c8c50581daa59e1d03373fa188")
}

// UnpackOwnableUnauthorizedAccountError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error OwnableUnauthorizedAccount(address account)
func (task *Task) UnpackOwnableUnauthorizedAccountError(raw []byte) (*TaskOwnableUnauthorizedAccount, error) {
	out := new(TaskOwnableUnauthorizedAccount)
	if err := task.abi.UnpackIntoInterface(out, "OwnableUnauthorizedAccount", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskQueueFull represents a QueueFull error raised by the Task contract.
type TaskQueueFull struct {
	Capacity *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error QueueFull(uint256 capacity)
func TaskQueueFullErrorID() common.Hash {
	return common.HexToHash("0x2d89a8e2e83ecdea0361aeb3b64c2eb7b30273ef9ba08c7e16cd64dd09ad577a")
}

// UnpackQueueFullError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error QueueFull(uint256 capacity)
func (task *Task) UnpackQueueFullError(raw []byte) (*TaskQueueFull, error) {
	out := new(TaskQueueFull)
	if err := task.abi.UnpackIntoInterface(out, "QueueFull", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskRevealTooEarly represents a RevealTooEarly error raised by the Task contract.
type TaskRevealTooEarly struct {
	TaskId *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error RevealTooEarly(uint256 taskId)
func TaskRevealTooEarlyErrorID() common.Hash {
	return common.HexToHash("0xee66961928e2835f26d19a8283d92864fa3c9a1765b7c484090574bb98835569")
}

// UnpackRevealTooEarlyError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error RevealTooEarly(uint256 taskId)
func (task *Task) UnpackRevealTooEarlyError(raw []byte) (*TaskRevealTooEarly, error) {
	out := new(TaskRevealTooEarly)
	if err := task.abi.UnpackIntoInterface(out, "RevealTooEarly", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskSafeERC20FailedOperation represents a SafeERC20FailedOperation error raised by the Task contract.
type TaskSafeERC20FailedOperation struct {
	Token common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SafeERC20FailedOperation(address token)
func TaskSafeERC20FailedOperationErrorID() common.Hash {
	return common.HexToHash("0x5274afe73c98b4749fc91ffae6b7b574e7842cb2144a159e9377a5f20b32edf9")
}

// UnpackSafeERC20FailedOperationError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SafeERC20FailedOperation(address token)
func (task *Task) UnpackSafeERC20FailedOperationError(raw []byte) (*TaskSafeERC20FailedOperation, error) {
	out := new(TaskSafeERC20FailedOperation)
	if err := task.abi.UnpackIntoInterface(out, "SafeERC20FailedOperation", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskStringTooLong represents a StringTooLong error raised by the Task contract.
type TaskStringTooLong struct {
	Str string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error StringTooLong(string str)
func TaskStringTooLongErrorID() common.Hash {
	return common.HexToHash("0x305a27a93f8e33b7392df0a0f91d6fc63847395853c45991eec52dbf24d72381")
}

// UnpackStringTooLongError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error StringTooLong(string str)
func (task *Task) UnpackStringTooLongError(raw []byte) (*TaskStringTooLong, error) {
	out := new(TaskStringTooLong)
	if err := task.abi.UnpackIntoInterface(out, "StringTooLong", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskTaskTypeNotServed represents a TaskTypeNotServed error raised by the Task contract.
type TaskTaskTypeNotServed struct {
	TaskType uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TaskTypeNotServed(uint8 taskType)
func TaskTaskTypeNotServedErrorID() common.Hash {
	return common.HexToHash("0x50affca07932bc2f7d27a353f840b9cc83eaa30615094eb2ae3601f885fe9175")
}

// UnpackTaskTypeNotServedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TaskTypeNotServed(uint8 taskType)
func (task *Task) UnpackTaskTypeNotServedError(raw []byte) (*TaskTaskTypeNotServed, error) {
	out := new(TaskTaskTypeNotServed)
	if err := task.abi.UnpackIntoInterface(out, "TaskTypeNotServed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskWrongOpening represents a WrongOpening error raised by the Task contract.
type TaskWrongOpening struct {
	TaskId *big.Int
	Seat   uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongOpening(uint256 taskId, uint8 seat)
func TaskWrongOpeningErrorID() common.Hash {
	return common.HexToHash("0x73aab90d94c98403bc92a89e2f29687f34cbe2fec2be0a33c05a11300b083cc7")
}

// UnpackWrongOpeningError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongOpening(uint256 taskId, uint8 seat)
func (task *Task) UnpackWrongOpeningError(raw []byte) (*TaskWrongOpening, error) {
	out := new(TaskWrongOpening)
	if err := task.abi.UnpackIntoInterface(out, "WrongOpening", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskWrongSigner represents a WrongSigner error raised by the Task contract.
type TaskWrongSigner struct {
	Recovered common.Address
	Expected  common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongSigner(address recovered, address expected)
func TaskWrongSignerErrorID() common.Hash {
	return common.HexToHash("0x366d29f7de543b1e5962d6f7315450f1f5ec3d853d28dca80282b4c242185268")
}

// UnpackWrongSignerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongSigner(address recovered, address expected)
func (task *Task) UnpackWrongSignerError(raw []byte) (*TaskWrongSigner, error) {
	out := new(TaskWrongSigner)
	if err := task.abi.UnpackIntoInterface(out, "WrongSigner", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TaskWrongStatus represents a WrongStatus error raised by the Task contract.
type TaskWrongStatus struct {
	TaskId *big.Int
	Status uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongStatus(uint256 taskId, uint8 status)
func TaskWrongStatusErrorID() common.Hash {
	return common.HexToHash("0xa5d15e1f94e40302e3f7050760870a95f04eb9d943cd2cb333833178258083d6")
}

// UnpackWrongStatusError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongStatus(uint256 taskId, uint8 status)
func (task *Task) UnpackWrongStatusError(raw []byte) (*TaskWrongStatus, error) {
	out := new(TaskWrongStatus)
	if err := task.abi.UnpackIntoInterface(out, "WrongStatus", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenMetaData contains all meta data concerning the Token contract.
var TokenMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[],\"name\":\"ECDSAInvalidSignature\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"ECDSAInvalidSignatureLength\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"ECDSAInvalidSignatureS\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"allowance\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"needed\",\"type\":\"uint256\"}],\"name\":\"ERC20InsufficientAllowance\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"sender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"balance\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"needed\",\"type\":\"uint256\"}],\"name\":\"ERC20InsufficientBalance\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"approver\",\"type\":\"address\"}],\"name\":\"ERC20InvalidApprover\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"receiver\",\"type\":\"address\"}],\"name\":\"ERC20InvalidReceiver\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"sender\",\"type\":\"address\"}],\"name\":\"ERC20InvalidSender\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"}],\"name\":\"ERC20InvalidSpender\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"}],\"name\":\"ERC2612ExpiredSignature\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"signer\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"}],\"name\":\"ERC2612InvalidSigner\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"currentNonce\",\"type\":\"uint256\"}],\"name\":\"InvalidAccountNonce\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidShortString\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"str\",\"type\":\"string\"}],\"name\":\"StringTooLong\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"Approval\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[],\"name\":\"EIP712DomainChanged\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"Transfer\",\"type\":\"event\"},{\"inputs\":[],\"name\":\"DOMAIN_SEPARATOR\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"}],\"name\":\"allowance\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"approve\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"balanceOf\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"decimals\",\"outputs\":[{\"internalType\":\"uint8\",\"name\":\"\",\"type\":\"uint8\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"eip712Domain\",\"outputs\":[{\"internalType\":\"bytes1\",\"name\":\"fields\",\"type\":\"bytes1\"},{\"internalType\":\"string\",\"name\":\"name\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"version\",\"type\":\"string\"},{\"internalType\":\"uint256\",\"name\":\"chainId\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"verifyingContract\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"},{\"internalType\":\"uint256[]\",\"name\":\"extensions\",\"type\":\"uint256[]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"name\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"}],\"name\":\"nonces\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"v\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"permit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"symbol\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"totalSupply\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"transfer\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"transferFrom\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"}]",
	ID:  "e088a626a73b4fb3e5cfedc7300173fac8",
	Bin: "0x610160604052346104d4576040516100186040826104d8565b60068152602081016548656c69756d60d01b81526040519061003b6040836104d8565b600682526548656c69756d60d01b60208301526040519261005d6040856104d8565b60038452620869cb60eb1b60208501526040519361007c6040866104d8565b60018552603160f81b60208601908152845190946001600160401b0382116103cf5760035490600182811c921680156104ca575b60208310146103b15781601f849311610454575b50602090601f83116001146103ee575f926103e3575b50508160011b915f199060031b1c1916176003555b8051906001600160401b0382116103cf5760045490600182811c921680156103c5575b60208310146103b15781601f84931161033b575b50602090601f83116001146102d5575f926102ca575b50508160011b915f199060031b1c1916176004555b61015a816104fb565b61012052610167846104fb565b61014052519020918260e05251902080610100524660a0526040519060208201927f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f8452604083015260608201524660808201523060a082015260a081526101d060c0826104d8565b5190206080523060c05233156102b7576002546b0e0f6e19da3b3f46a3a8000081018091116102a357600255335f525f60205260405f206b0e0f6e19da3b3f46a3a8000081540190556040516b0e0f6e19da3b3f46a3a8000081525f7fddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef60203393a3604051610b00908161056782396080518161087b015260a05181610938015260c05181610845015260e051816108ca015261010051816108f001526101205181610399015261014051816103c20152f35b634e487b7160e01b5f52601160045260245ffd5b63ec442f0560e01b5f525f60045260245ffd5b015190505f8061013c565b60045f9081528281209350601f198516905b818110610323575090846001959493921061030b575b505050811b01600455610151565b01515f1960f88460031b161c191690555f80806102fd565b929360206001819287860151815501950193016102e7565b828111156101265760045f52909150601f830160051c7f8a35acfbc15ff81a39ae7d344fd709f28e8600b4aa8c65c6b64bfe7fe36bd19b602085106103a9575b849392601f0160051c82900391015f5b828110610399575050610126565b5f8183015585945060010161038b565b5f915061037b565b634e487b7160e01b5f52602260045260245ffd5b91607f1691610112565b634e487b7160e01b5f52604160045260245ffd5b015190505f806100da565b60035f9081528281209350601f198516905b81811061043c5750908460019594939210610424575b505050811b016003556100ef565b01515f1960f88460031b161c191690555f8080610416565b92936020600181928786015181550195019301610400565b828111156100c45760035f52909150601f830160051c7fc2575a0e9e593c00f959f8c92f12db2869c3395a3b0502d05e2516446f71f85b602085106104c2575b849392601f0160051c82900391015f5b8281106104b25750506100c4565b5f818301558594506001016104a4565b5f9150610494565b91607f16916100b0565b5f80fd5b601f909101601f19168101906001600160401b038211908210176103cf57604052565b601f815111610526576020815191015160208210610517571790565b5f198260200360031b1b161790565b604460209160405192839163305a27a960e01b83528160048401528051918291826024860152018484015e5f828201840152601f01601f19168101030190fdfe6080806040526004361015610012575f80fd5b5f3560e01c90816306fdde031461064757508063095ea7b31461062157806318160ddd1461060457806323b872dd14610525578063313ce5671461050a5780633644e515146104e857806370a08231146104b15780637ecebe001461047957806384b0196e1461038157806395d89b4114610275578063a9059cbb14610244578063d505accf146100ff5763dd62ed3e146100ab575f80fd5b346100fb5760403660031901126100fb576100c4610723565b6100cc610739565b6001600160a01b039182165f908152600160209081526040808320949093168252928352819020549051908152f35b5f80fd5b346100fb5760e03660031901126100fb57610118610723565b610120610739565b604435906064359260843560ff811681036100fb57844211610231576101f46101fd9160018060a01b03841696875f52600760205260405f20908154916001830190556040519060208201927f6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c984528a604084015260018060a01b038916606084015289608084015260a083015260c082015260c081526101c260e08261074f565b5190206101cd610842565b906040519161190160f01b83526002830152602282015260c43591604260a43592206109ff565b90929192610a8c565b6001600160a01b031684810361021a5750610218935061095e565b005b84906325c0072360e11b5f5260045260245260445ffd5b8463313c898160e11b5f5260045260245ffd5b346100fb5760403660031901126100fb5761026a610260610723565b6024359033610785565b602060405160018152f35b346100fb575f3660031901126100fb576040515f6004548060011c90600181168015610377575b6020831081146103635782855290811561033f57506001146102e1575b6102dd836102c98185038261074f565b6040519182916020835260208301906106ff565b0390f35b91905060045f527f8a35acfbc15ff81a39ae7d344fd709f28e8600b4aa8c65c6b64bfe7fe36bd19b915f905b808210610325575090915081016020016102c96102b9565b91926001816020925483858801015201910190929161030d565b60ff191660208086019190915291151560051b840190910191506102c990506102b9565b634e487b7160e01b5f52602260045260245ffd5b91607f169161029c565b346100fb575f3660031901126100fb5761041d6103bd7f00000000000000000000000000000000000000000000000000000000000000006109c1565b6103e67f00000000000000000000000000000000000000000000000000000000000000006109c1565b602061042b604051926103f9838561074f565b5f84525f368137604051958695600f60f81b875260e08588015260e08701906106ff565b9085820360408701526106ff565b4660608501523060808501525f60a085015283810360c08501528180845192838152019301915f5b82811061046257505050500390f35b835185528695509381019392810192600101610453565b346100fb5760203660031901126100fb576001600160a01b0361049a610723565b165f526007602052602060405f2054604051908152f35b346100fb5760203660031901126100fb576001600160a01b036104d2610723565b165f525f602052602060405f2054604051908152f35b346100fb575f3660031901126100fb576020610502610842565b604051908152f35b346100fb575f3660031901126100fb57602060405160128152f35b346100fb5760603660031901126100fb5761053e610723565b610546610739565b6001600160a01b0382165f818152600160209081526040808320338452909152902054909260443592915f198110610584575b5061026a9350610785565b8381106105e95784156105d65733156105c35761026a945f52600160205260405f2060018060a01b0333165f526020528360405f209103905584610579565b634a1406b160e11b5f525f60045260245ffd5b63e602df0560e01b5f525f60045260245ffd5b8390637dc7a0d960e11b5f523360045260245260445260645ffd5b346100fb575f3660031901126100fb576020600254604051908152f35b346100fb5760403660031901126100fb5761026a61063d610723565b602435903361095e565b346100fb575f3660031901126100fb575f6003548060011c906001811680156106f5575b6020831081146103635782855290811561033f5750600114610697576102dd836102c98185038261074f565b91905060035f527fc2575a0e9e593c00f959f8c92f12db2869c3395a3b0502d05e2516446f71f85b915f905b8082106106db575090915081016020016102c96102b9565b9192600181602092548385880101520191019092916106c3565b91607f169161066b565b805180835260209291819084018484015e5f828201840152601f01601f1916010190565b600435906001600160a01b03821682036100fb57565b602435906001600160a01b03821682036100fb57565b90601f8019910116810190811067ffffffffffffffff82111761077157604052565b634e487b7160e01b5f52604160045260245ffd5b6001600160a01b031690811561082f576001600160a01b031691821561081c57815f525f60205260405f205481811061080357817fddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef92602092855f525f84520360405f2055845f525f825260405f20818154019055604051908152a3565b8263391434e360e21b5f5260045260245260445260645ffd5b63ec442f0560e01b5f525f60045260245ffd5b634b637e8f60e11b5f525f60045260245ffd5b307f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03161480610935575b1561089d577f000000000000000000000000000000000000000000000000000000000000000090565b60405160208101907f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f82527f000000000000000000000000000000000000000000000000000000000000000060408201527f000000000000000000000000000000000000000000000000000000000000000060608201524660808201523060a082015260a0815261092f60c08261074f565b51902090565b507f00000000000000000000000000000000000000000000000000000000000000004614610874565b6001600160a01b03169081156105d6576001600160a01b03169182156105c35760207f8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b92591835f526001825260405f20855f5282528060405f2055604051908152a3565b60ff811690601f82116109f057604051916109dd60408461074f565b6020808452838101919036833783525290565b632cd44ac360e21b5f5260045ffd5b91907f7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a08411610a81579160209360809260ff5f9560405194855216868401526040830152606082015282805260015afa15610a76575f516001600160a01b03811615610a6c57905f905f90565b505f906001905f90565b6040513d5f823e3d90fd5b5050505f9160039190565b6004811015610aec5780610a9e575050565b60018103610ab55763f645eedf60e01b5f5260045ffd5b60028103610ad0575063fce698f760e01b5f5260045260245ffd5b600314610ada5750565b6335e2f38360e21b5f5260045260245ffd5b634e487b7160e01b5f52602160045260245ffd",
}

// Token is an auto generated Go binding around an Ethereum contract.
type Token struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *Token) GetABI() abi.ABI {
	return c.abi
}

// NewToken creates a new instance of Token.
func NewToken() *Token {
	parsed, err := TokenMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &Token{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *Token) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackDOMAINSEPARATOR is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3644e515.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function DOMAIN_SEPARATOR() view returns(bytes32)
func (token *Token) PackDOMAINSEPARATOR() []byte {
	enc, err := token.abi.Pack("DOMAIN_SEPARATOR")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDOMAINSEPARATOR is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3644e515.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function DOMAIN_SEPARATOR() view returns(bytes32)
func (token *Token) TryPackDOMAINSEPARATOR() ([]byte, error) {
	return token.abi.Pack("DOMAIN_SEPARATOR")
}

// UnpackDOMAINSEPARATOR is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x3644e515.
//
// Solidity: function DOMAIN_SEPARATOR() view returns(bytes32)
func (token *Token) UnpackDOMAINSEPARATOR(data []byte) ([32]byte, error) {
	out, err := token.abi.Unpack("DOMAIN_SEPARATOR", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackAllowance is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdd62ed3e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function allowance(address owner, address spender) view returns(uint256)
func (token *Token) PackAllowance(owner common.Address, spender common.Address) []byte {
	enc, err := token.abi.Pack("allowance", owner, spender)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAllowance is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdd62ed3e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function allowance(address owner, address spender) view returns(uint256)
func (token *Token) TryPackAllowance(owner common.Address, spender common.Address) ([]byte, error) {
	return token.abi.Pack("allowance", owner, spender)
}

// UnpackAllowance is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xdd62ed3e.
//
// Solidity: function allowance(address owner, address spender) view returns(uint256)
func (token *Token) UnpackAllowance(data []byte) (*big.Int, error) {
	out, err := token.abi.Unpack("allowance", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackApprove is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x095ea7b3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function approve(address spender, uint256 value) returns(bool)
func (token *Token) PackApprove(spender common.Address, value *big.Int) []byte {
	enc, err := token.abi.Pack("approve", spender, value)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackApprove is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x095ea7b3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function approve(address spender, uint256 value) returns(bool)
func (token *Token) TryPackApprove(spender common.Address, value *big.Int) ([]byte, error) {
	return token.abi.Pack("approve", spender, value)
}

// UnpackApprove is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x095ea7b3.
//
// Solidity: function approve(address spender, uint256 value) returns(bool)
func (token *Token) UnpackApprove(data []byte) (bool, error) {
	out, err := token.abi.Unpack("approve", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackBalanceOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x70a08231.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function balanceOf(address account) view returns(uint256)
func (token *Token) PackBalanceOf(account common.Address) []byte {
	enc, err := token.abi.Pack("balanceOf", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackBalanceOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x70a08231.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function balanceOf(address account) view returns(uint256)
func (token *Token) TryPackBalanceOf(account common.Address) ([]byte, error) {
	return token.abi.Pack("balanceOf", account)
}

// UnpackBalanceOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x70a08231.
//
// Solidity: function balanceOf(address account) view returns(uint256)
func (token *Token) UnpackBalanceOf(data []byte) (*big.Int, error) {
	out, err := token.abi.Unpack("balanceOf", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackDecimals is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x313ce567.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function decimals() view returns(uint8)
func (token *Token) PackDecimals() []byte {
	enc, err := token.abi.Pack("decimals")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDecimals is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x313ce567.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function decimals() view returns(uint8)
func (token *Token) TryPackDecimals() ([]byte, error) {
	return token.abi.Pack("decimals")
}

// UnpackDecimals is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x313ce567.
//
// Solidity: function decimals() view returns(uint8)
func (token *Token) UnpackDecimals(data []byte) (uint8, error) {
	out, err := token.abi.Unpack("decimals", data)
	if err != nil {
		return *new(uint8), err
	}
	out0 := *abi.ConvertType(out[0], new(uint8)).(*uint8)
	return out0, nil
}

// PackEip712Domain is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x84b0196e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (token *Token) PackEip712Domain() []byte {
	enc, err := token.abi.Pack("eip712Domain")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackEip712Domain is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x84b0196e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (token *Token) TryPackEip712Domain() ([]byte, error) {
	return token.abi.Pack("eip712Domain")
}

// TokenEip712DomainOutput serves as a container for the return parameters of contract
// method Eip712Domain.
type TokenEip712DomainOutput struct {
	Fields            [1]byte
	Name              string
	Version           string
	ChainId           *big.Int
	VerifyingContract common.Address
	Salt              [32]byte
	Extensions        []*big.Int
}

// UnpackEip712Domain is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x84b0196e.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (token *Token) UnpackEip712Domain(data []byte) (TokenEip712DomainOutput, error) {
	out, err := token.abi.Unpack("eip712Domain", data)
	outstruct := new(TokenEip712DomainOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Fields = *abi.ConvertType(out[0], new([1]byte)).(*[1]byte)
	outstruct.Name = *abi.ConvertType(out[1], new(string)).(*string)
	outstruct.Version = *abi.ConvertType(out[2], new(string)).(*string)
	outstruct.ChainId = abi.ConvertType(out[3], new(big.Int)).(*big.Int)
	outstruct.VerifyingContract = *abi.ConvertType(out[4], new(common.Address)).(*common.Address)
	outstruct.Salt = *abi.ConvertType(out[5], new([32]byte)).(*[32]byte)
	outstruct.Extensions = *abi.ConvertType(out[6], new([]*big.Int)).(*[]*big.Int)
	return *outstruct, nil
}

// PackName is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x06fdde03.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function name() view returns(string)
func (token *Token) PackName() []byte {
	enc, err := token.abi.Pack("name")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackName is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x06fdde03.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function name() view returns(string)
func (token *Token) TryPackName() ([]byte, error) {
	return token.abi.Pack("name")
}

// UnpackName is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x06fdde03.
//
// Solidity: function name() view returns(string)
func (token *Token) UnpackName(data []byte) (string, error) {
	out, err := token.abi.Unpack("name", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackNonces is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7ecebe00.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function nonces(address owner) view returns(uint256)
func (token *Token) PackNonces(owner common.Address) []byte {
	enc, err := token.abi.Pack("nonces", owner)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackNonces is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7ecebe00.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function nonces(address owner) view returns(uint256)
func (token *Token) TryPackNonces(owner common.Address) ([]byte, error) {
	return token.abi.Pack("nonces", owner)
}

// UnpackNonces is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x7ecebe00.
//
// Solidity: function nonces(address owner) view returns(uint256)
func (token *Token) UnpackNonces(data []byte) (*big.Int, error) {
	out, err := token.abi.Unpack("nonces", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackPermit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd505accf.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) returns()
func (token *Token) PackPermit(owner common.Address, spender common.Address, value *big.Int, deadline *big.Int, v uint8, r [32]byte, s [32]byte) []byte {
	enc, err := token.abi.Pack("permit", owner, spender, value, deadline, v, r, s)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPermit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd505accf.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) returns()
func (token *Token) TryPackPermit(owner common.Address, spender common.Address, value *big.Int, deadline *big.Int, v uint8, r [32]byte, s [32]byte) ([]byte, error) {
	return token.abi.Pack("permit", owner, spender, value, deadline, v, r, s)
}

// PackSymbol is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x95d89b41.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function symbol() view returns(string)
func (token *Token) PackSymbol() []byte {
	enc, err := token.abi.Pack("symbol")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSymbol is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x95d89b41.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function symbol() view returns(string)
func (token *Token) TryPackSymbol() ([]byte, error) {
	return token.abi.Pack("symbol")
}

// UnpackSymbol is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x95d89b41.
//
// Solidity: function symbol() view returns(string)
func (token *Token) UnpackSymbol(data []byte) (string, error) {
	out, err := token.abi.Unpack("symbol", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackTotalSupply is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x18160ddd.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function totalSupply() view returns(uint256)
func (token *Token) PackTotalSupply() []byte {
	enc, err := token.abi.Pack("totalSupply")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTotalSupply is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x18160ddd.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function totalSupply() view returns(uint256)
func (token *Token) TryPackTotalSupply() ([]byte, error) {
	return token.abi.Pack("totalSupply")
}

// UnpackTotalSupply is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x18160ddd.
//
// Solidity: function totalSupply() view returns(uint256)
func (token *Token) UnpackTotalSupply(data []byte) (*big.Int, error) {
	out, err := token.abi.Unpack("totalSupply", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackTransfer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa9059cbb.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transfer(address to, uint256 value) returns(bool)
func (token *Token) PackTransfer(to common.Address, value *big.Int) []byte {
	enc, err := token.abi.Pack("transfer", to, value)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransfer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa9059cbb.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transfer(address to, uint256 value) returns(bool)
func (token *Token) TryPackTransfer(to common.Address, value *big.Int) ([]byte, error) {
	return token.abi.Pack("transfer", to, value)
}

// UnpackTransfer is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa9059cbb.
//
// Solidity: function transfer(address to, uint256 value) returns(bool)
func (token *Token) UnpackTransfer(data []byte) (bool, error) {
	out, err := token.abi.Unpack("transfer", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackTransferFrom is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23b872dd.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferFrom(address from, address to, uint256 value) returns(bool)
func (token *Token) PackTransferFrom(from common.Address, to common.Address, value *big.Int) []byte {
	enc, err := token.abi.Pack("transferFrom", from, to, value)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferFrom is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23b872dd.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferFrom(address from, address to, uint256 value) returns(bool)
func (token *Token) TryPackTransferFrom(from common.Address, to common.Address, value *big.Int) ([]byte, error) {
	return token.abi.Pack("transferFrom", from, to, value)
}

// UnpackTransferFrom is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x23b872dd.
//
// Solidity: function transferFrom(address from, address to, uint256 value) returns(bool)
func (token *Token) UnpackTransferFrom(data []byte) (bool, error) {
	out, err := token.abi.Unpack("transferFrom", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// TokenApproval represents a Approval event raised by the Token contract.
type TokenApproval struct {
	Owner   common.Address
	Spender common.Address
	Value   *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const TokenApprovalEventName = "Approval"

// ContractEventName returns the user-defined event name.
func (TokenApproval) ContractEventName() string {
	return TokenApprovalEventName
}

// UnpackApprovalEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Approval(address indexed owner, address indexed spender, uint256 value)
func (token *Token) UnpackApprovalEvent(log *types.Log) (*TokenApproval, error) {
	event := "Approval"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != token.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TokenApproval)
	if len(log.Data) > 0 {
		if err := token.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range token.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TokenEIP712DomainChanged represents a EIP712DomainChanged event raised by the Token contract.
type TokenEIP712DomainChanged struct {
	Raw *types.Log // Blockchain specific contextual infos
}

const TokenEIP712DomainChangedEventName = "EIP712DomainChanged"

// ContractEventName returns the user-defined event name.
func (TokenEIP712DomainChanged) ContractEventName() string {
	return TokenEIP712DomainChangedEventName
}

// UnpackEIP712DomainChangedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event EIP712DomainChanged()
func (token *Token) UnpackEIP712DomainChangedEvent(log *types.Log) (*TokenEIP712DomainChanged, error) {
	event := "EIP712DomainChanged"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != token.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TokenEIP712DomainChanged)
	if len(log.Data) > 0 {
		if err := token.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range token.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TokenTransfer represents a Transfer event raised by the Token contract.
type TokenTransfer struct {
	From  common.Address
	To    common.Address
	Value *big.Int
	Raw   *types.Log // Blockchain specific contextual infos
}

const TokenTransferEventName = "Transfer"

// ContractEventName returns the user-defined event name.
func (TokenTransfer) ContractEventName() string {
	return TokenTransferEventName
}

// UnpackTransferEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Transfer(address indexed from, address indexed to, uint256 value)
func (token *Token) UnpackTransferEvent(log *types.Log) (*TokenTransfer, error) {
	event := "Transfer"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != token.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TokenTransfer)
	if len(log.Data) > 0 {
		if err := token.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range token.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (token *Token) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], token.abi.Errors["ECDSAInvalidSignature"].ID.Bytes()[:4]) {
		return token.UnpackECDSAInvalidSignatureError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["ECDSAInvalidSignatureLength"].ID.Bytes()[:4]) {
		return token.UnpackECDSAInvalidSignatureLengthError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["ECDSAInvalidSignatureS"].ID.Bytes()[:4]) {
		return token.UnpackECDSAInvalidSignatureSError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["ERC20InsufficientAllowance"].ID.Bytes()[:4]) {
		return token.UnpackERC20InsufficientAllowanceError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["ERC20InsufficientBalance"].ID.Bytes()[:4]) {
		return token.UnpackERC20InsufficientBalanceError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["ERC20InvalidApprover"].ID.Bytes()[:4]) {
		return token.UnpackERC20InvalidApproverError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["ERC20InvalidReceiver"].ID.Bytes()[:4]) {
		return token.UnpackERC20InvalidReceiverError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["ERC20InvalidSender"].ID.Bytes()[:4]) {
		return token.UnpackERC20InvalidSenderError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["ERC20InvalidSpender"].ID.Bytes()[:4]) {
		return token.UnpackERC20InvalidSpenderError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["ERC2612ExpiredSignature"].ID.Bytes()[:4]) {
		return token.UnpackERC2612ExpiredSignatureError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["ERC2612InvalidSigner"].ID.Bytes()[:4]) {
		return token.UnpackERC2612InvalidSignerError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["InvalidAccountNonce"].ID.Bytes()[:4]) {
		return token.UnpackInvalidAccountNonceError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["InvalidShortString"].ID.Bytes()[:4]) {
		return token.UnpackInvalidShortStringError(raw[4:])
	}
	if bytes.Equal(raw[:4], token.abi.Errors["StringTooLong"].ID.Bytes()[:4]) {
		return token.UnpackStringTooLongError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// TokenECDSAInvalidSignature represents a ECDSAInvalidSignature error raised by the Token contract.
type TokenECDSAInvalidSignature struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ECDSAInvalidSignature()
func TokenECDSAInvalidSignatureErrorID() common.Hash {
	return common.HexToHash("0xf645eedf0193584640b6b90cb9477e4c95b98636c148a891d4c0a146dc46e75a")
}

// UnpackECDSAInvalidSignatureError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ECDSAInvalidSignature()
func (token *Token) UnpackECDSAInvalidSignatureError(raw []byte) (*TokenECDSAInvalidSignature, error) {
	out := new(TokenECDSAInvalidSignature)
	if err := token.abi.UnpackIntoInterface(out, "ECDSAInvalidSignature", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenECDSAInvalidSignatureLength represents a ECDSAInvalidSignatureLength error raised by the Token contract.
type TokenECDSAInvalidSignatureLength struct {
	Length *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ECDSAInvalidSignatureLength(uint256 length)
func TokenECDSAInvalidSignatureLengthErrorID() common.Hash {
	return common.HexToHash("0xfce698f7e8e5342cd615f641317bc45fe7e1e4a8b0a14dd1383ff8dc9c41917f")
}

// UnpackECDSAInvalidSignatureLengthError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ECDSAInvalidSignatureLength(uint256 length)
func (token *Token) UnpackECDSAInvalidSignatureLengthError(raw []byte) (*TokenECDSAInvalidSignatureLength, error) {
	out := new(TokenECDSAInvalidSignatureLength)
	if err := token.abi.UnpackIntoInterface(out, "ECDSAInvalidSignatureLength", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenECDSAInvalidSignatureS represents a ECDSAInvalidSignatureS error raised by the Token contract.
type TokenECDSAInvalidSignatureS struct {
	S [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ECDSAInvalidSignatureS(bytes32 s)
func TokenECDSAInvalidSignatureSErrorID() common.Hash {
	return common.HexToHash("0xd78bce0cccb935155ed6428d1c13e50b7f3550fd2b66b9fe266006fea4a5e1eb")
}

// UnpackECDSAInvalidSignatureSError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ECDSAInvalidSignatureS(bytes32 s)
func (token *Token) UnpackECDSAInvalidSignatureSError(raw []byte) (*TokenECDSAInvalidSignatureS, error) {
	out := new(TokenECDSAInvalidSignatureS)
	if err := token.abi.UnpackIntoInterface(out, "ECDSAInvalidSignatureS", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenERC20InsufficientAllowance represents a ERC20InsufficientAllowance error raised by the Token contract.
type TokenERC20InsufficientAllowance struct {
	Spender   common.Address
	Allowance *big.Int
	Needed    *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)
func TokenERC20InsufficientAllowanceErrorID() common.Hash {
	return common.HexToHash("0xfb8f41b23e99d2101d86da76cdfa87dd51c82ed07d3cb62cbc473e469dbc75c3")
}

// UnpackERC20InsufficientAllowanceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)
func (token *Token) UnpackERC20InsufficientAllowanceError(raw []byte) (*TokenERC20InsufficientAllowance, error) {
	out := new(TokenERC20InsufficientAllowance)
	if err := token.abi.UnpackIntoInterface(out, "ERC20InsufficientAllowance", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenERC20InsufficientBalance represents a ERC20InsufficientBalance error raised by the Token contract.
type TokenERC20InsufficientBalance struct {
	Sender  common.Address
	Balance *big.Int
	Needed  *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)
func TokenERC20InsufficientBalanceErrorID() common.Hash {
	return common.HexToHash("0xe450d38cd8d9f7d95077d567d60ed49c7254716e6ad08fc9872816c97e0ffec6")
}

// UnpackERC20InsufficientBalanceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)
func (token *Token) UnpackERC20InsufficientBalanceError(raw []byte) (*TokenERC20InsufficientBalance, error) {
	out := new(TokenERC20InsufficientBalance)
	if err := token.abi.UnpackIntoInterface(out, "ERC20InsufficientBalance", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenERC20InvalidApprover represents a ERC20InvalidApprover error raised by the Token contract.
type TokenERC20InvalidApprover struct {
	Approver common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidApprover(address approver)
func TokenERC20InvalidApproverErrorID() common.Hash {
	return common.HexToHash("0xe602df05cc75712490294c6c104ab7c17f4030363910a7a2626411c6d3118847")
}

// UnpackERC20InvalidApproverError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidApprover(address approver)
func (token *Token) UnpackERC20InvalidApproverError(raw []byte) (*TokenERC20InvalidApprover, error) {
	out := new(TokenERC20InvalidApprover)
	if err := token.abi.UnpackIntoInterface(out, "ERC20InvalidApprover", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenERC20InvalidReceiver represents a ERC20InvalidReceiver error raised by the Token contract.
type TokenERC20InvalidReceiver struct {
	Receiver common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidReceiver(address receiver)
func TokenERC20InvalidReceiverErrorID() common.Hash {
	return common.HexToHash("0xec442f055133b72f3b2f9f0bb351c406b178527de2040a7d1feb4e058771f613")
}

// UnpackERC20InvalidReceiverError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidReceiver(address receiver)
func (token *Token) UnpackERC20InvalidReceiverError(raw []byte) (*TokenERC20InvalidReceiver, error) {
	out := new(TokenERC20InvalidReceiver)
	if err := token.abi.UnpackIntoInterface(out, "ERC20InvalidReceiver", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenERC20InvalidSender represents a ERC20InvalidSender error raised by the Token contract.
type TokenERC20InvalidSender struct {
	Sender common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidSender(address sender)
func TokenERC20InvalidSenderErrorID() common.Hash {
	return common.HexToHash("0x96c6fd1edd0cd6ef7ff0ecc0facdf53148dc0048b57fe58af65755250a7a96bd")
}

// UnpackERC20InvalidSenderError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidSender(address sender)
func (token *Token) UnpackERC20InvalidSenderError(raw []byte) (*TokenERC20InvalidSender, error) {
	out := new(TokenERC20InvalidSender)
	if err := token.abi.UnpackIntoInterface(out, "ERC20InvalidSender", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenERC20InvalidSpender represents a ERC20InvalidSpender error raised by the Token contract.
type TokenERC20InvalidSpender struct {
	Spender common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidSpender(address spender)
func TokenERC20InvalidSpenderErrorID() common.Hash {
	return common.HexToHash("0x94280d62c347d8d9f4d59a76ea321452406db88df38e0c9da304f58b57b373a2")
}

// UnpackERC20InvalidSpenderError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidSpender(address spender)
func (token *Token) UnpackERC20InvalidSpenderError(raw []byte) (*TokenERC20InvalidSpender, error) {
	out := new(TokenERC20InvalidSpender)
	if err := token.abi.UnpackIntoInterface(out, "ERC20InvalidSpender", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenERC2612ExpiredSignature represents a ERC2612ExpiredSignature error raised by the Token contract.
type TokenERC2612ExpiredSignature struct {
	Deadline *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC2612ExpiredSignature(uint256 deadline)
func TokenERC2612ExpiredSignatureErrorID() common.Hash {
	return common.HexToHash("0x627913023c184eaad13735d5a3d2657ae76ec9a872a70e0fc57522ef1a114d58")
}

// UnpackERC2612ExpiredSignatureError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC2612ExpiredSignature(uint256 deadline)
func (token *Token) UnpackERC2612ExpiredSignatureError(raw []byte) (*TokenERC2612ExpiredSignature, error) {
	out := new(TokenERC2612ExpiredSignature)
	if err := token.abi.UnpackIntoInterface(out, "ERC2612ExpiredSignature", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenERC2612InvalidSigner represents a ERC2612InvalidSigner error raised by the Token contract.
type TokenERC2612InvalidSigner struct {
	Signer common.Address
	Owner  common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC2612InvalidSigner(address signer, address owner)
func TokenERC2612InvalidSignerErrorID() common.Hash {
	return common.HexToHash("0x4b800e463b323b1d856edf9dec70329a639d13874a57f5c28219ff57128756db")
}

// UnpackERC2612InvalidSignerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC2612InvalidSigner(address signer, address owner)
func (token *Token) UnpackERC2612InvalidSignerError(raw []byte) (*TokenERC2612InvalidSigner, error) {
	out := new(TokenERC2612InvalidSigner)
	if err := token.abi.UnpackIntoInterface(out, "ERC2612InvalidSigner", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenInvalidAccountNonce represents a InvalidAccountNonce error raised by the Token contract.
type TokenInvalidAccountNonce struct {
	Account      common.Address
	CurrentNonce *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidAccountNonce(address account, uint256 currentNonce)
func TokenInvalidAccountNonceErrorID() common.Hash {
	return common.HexToHash("0x752d88c0de02638abf10e8e31861e4c68dc1f3a1e7d840e580683f2c282bfc7a")
}

// UnpackInvalidAccountNonceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidAccountNonce(address account, uint256 currentNonce)
func (token *Token) UnpackInvalidAccountNonceError(raw []byte) (*TokenInvalidAccountNonce, error) {
	out := new(TokenInvalidAccountNonce)
	if err := token.abi.UnpackIntoInterface(out, "InvalidAccountNonce", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenInvalidShortString represents a InvalidShortString error raised by the Token contract.
type TokenInvalidShortString struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidShortString()
func TokenInvalidShortStringErrorID() common.Hash {
	return common.HexToHash("0xb3512b0c6163e5f0bafab72bb631b9d58cd7a731b082f910338aa21c83d5c274")
}

// UnpackInvalidShortStringError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidShortString()
func (token *Token) UnpackInvalidShortStringError(raw []byte) (*TokenInvalidShortString, error) {
	out := new(TokenInvalidShortString)
	if err := token.abi.UnpackIntoInterface(out, "InvalidShortString", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TokenStringTooLong represents a StringTooLong error raised by the Token contract.
type TokenStringTooLong struct {
	Str string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error StringTooLong(string str)
func TokenStringTooLongErrorID() common.Hash {
	return common.HexToHash("0x305a27a93f8e33b7392df0a0f91d6fc63847395853c45991eec52dbf24d72381")
}

// UnpackStringTooLongError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error StringTooLong(string str)
func (token *Token) UnpackStringTooLongError(raw []byte) (*TokenStringTooLong, error) {
	out := new(TokenStringTooLong)
	if err := token.abi.UnpackIntoInterface(out, "StringTooLong", raw); err != nil {
		return nil, err
	}
	return out, nil
}
