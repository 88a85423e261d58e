// What kernels call where -fsanitize=alignment,bounds finds a fault in them; the compiler fixes names and layouts.
#include "driver.h"

namespace {

struct Place { const char* file; uint32_t line, column; };
struct Type { uint16_t kind, info; char name[1]; };
struct Misaligned { Place place; Type* type; unsigned char log_alignment, access; };
struct OutOfBounds { Place place; Type *array, *index; };

}  // namespace

EXPORT void __ubsan_handle_type_mismatch_v1(Misaligned* m, void* address) {
    static const char* const accesses[] = {"load", "store", "reference", "member access"};
    emu::fail("misaligned %s of %s at %p, which is no multiple of %u (%s:%u)", m->access < 4 ? accesses[m->access] : "access",
              m->type->name, address, 1u << m->log_alignment, m->place.file, m->place.line);
}

EXPORT void __ubsan_handle_out_of_bounds(OutOfBounds* o, uintptr_t index) {
    emu::fail("index %td outside %s (%s:%u)", (ptrdiff_t)index, o->array->name, o->place.file, o->place.line);
}
