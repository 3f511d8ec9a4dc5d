#include "textflag.h"

// A row of a tile is two registers of sums. ROW multiplies one number of up with
// the panel's eight numbers in Y8 and Y9, and adds. The multiplication and the
// addition are two instructions, as a fused one would round otherwise.
#define ROW(number, low, high) \
	VBROADCASTSD number, Y10 \
	VMULPD Y8, Y10, Y11      \
	VMULPD Y9, Y10, Y12      \
	VADDPD Y11, low, low     \
	VADDPD Y12, high, high

// func sumAVX(sums *tile, up, down *float64, rank int)
TEXT ·sumAVX(SB), NOSPLIT, $0-32
	MOVQ sums+0(FP), DI
	MOVQ up+8(FP), SI
	MOVQ down+16(FP), DX
	MOVQ rank+24(FP), CX
	LEAQ (SI)(CX*8), R8
	LEAQ (R8)(CX*8), R9
	LEAQ (R9)(CX*8), R10
	VXORPD Y0, Y0, Y0
	VXORPD Y1, Y1, Y1
	VXORPD Y2, Y2, Y2
	VXORPD Y3, Y3, Y3
	VXORPD Y4, Y4, Y4
	VXORPD Y5, Y5, Y5
	VXORPD Y6, Y6, Y6
	VXORPD Y7, Y7, Y7
	XORQ AX, AX

next:
	VMOVUPD (DX), Y8
	VMOVUPD 32(DX), Y9
	ROW((SI)(AX*8), Y0, Y1)
	ROW((R8)(AX*8), Y2, Y3)
	ROW((R9)(AX*8), Y4, Y5)
	ROW((R10)(AX*8), Y6, Y7)
	ADDQ $64, DX
	INCQ AX
	CMPQ AX, CX
	JLT  next

	VMOVUPD Y0, (DI)
	VMOVUPD Y1, 32(DI)
	VMOVUPD Y2, 64(DI)
	VMOVUPD Y3, 96(DI)
	VMOVUPD Y4, 128(DI)
	VMOVUPD Y5, 160(DI)
	VMOVUPD Y6, 192(DI)
	VMOVUPD Y7, 224(DI)
	VZEROUPPER
	RET
