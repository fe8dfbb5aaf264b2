// Memory for large tables, in huge pages (2 MiB) where the kernel gives them: what is read at
// random places costs a fraction of the walks through the page tables, and what is filled takes one
// fault per 2 MiB instead of 512. Where the kernel gives none, it is ordinary memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hitokoe {

inline constexpr std::size_t kHugePage = 2U << 20;

// Not initialised. Below kHugePage an ordinary allocation. Throws std::bad_alloc.
void* allocate_large(std::size_t bytes);
void free_large(void* memory, std::size_t bytes) noexcept;  // `bytes` as it was asked for

// What the kernel would give without pushing out what is in use; 0: unknown. Reads a small file.
std::uint64_t available_memory();

template <class T>
struct HugePages {
  using value_type = T;
  HugePages() = default;
  template <class U>
  explicit HugePages(const HugePages<U>&) noexcept {}
  T* allocate(std::size_t n) { return static_cast<T*>(allocate_large(n * sizeof(T))); }
  void deallocate(T* memory, std::size_t n) noexcept { free_large(memory, n * sizeof(T)); }
  friend bool operator==(const HugePages&, const HugePages&) { return true; }
};

template <class T>
using HugeVector = std::vector<T, HugePages<T>>;

}  // namespace hitokoe
