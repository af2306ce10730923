// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QObject>
#include <QString>
#include <QStringList>

#include <concepts>
#include <memory>

namespace semper {

class UserProcess;

/// The user-process classes that this program knows, by name: those linked into it, and those of
/// the plugins it loaded. For the main thread.
class SEMPER_CORE_EXPORT UserProcessRegistry
{
public:
    using Factory = std::unique_ptr<UserProcess> (*)();

    /// A class that is known already stays as it is.
    static void add(const char *className, Factory factory);
    [[nodiscard]] static bool contains(const QString &className);
    /// A new object; null for a class that is not known.
    [[nodiscard]] static std::unique_ptr<UserProcess> create(const QString &className);
    /// Sorted.
    [[nodiscard]] static QStringList classNames();
};

namespace detail {

/// Its one object per class, registrar<T>, adds T to the registry before main() runs.
template <class T>
struct Registrar
{
    static_assert(std::derived_from<T, UserProcess>, "a user process is a semper::UserProcess");
    static_assert(
        QtPrivate::HasQ_OBJECT_Macro<T>::Value, "a user process needs the macro Q_OBJECT");
    static_assert(
        std::default_initializable<T>, "a user process needs a constructor without arguments");

    Registrar()
    {
        UserProcessRegistry::add(T::staticMetaObject.className(),
            []() -> std::unique_ptr<UserProcess> { return std::make_unique<T>(); });
    }
};

/// Naming it is enough: `static_cast<void>(&registrar<T>)`.
template <class T>
inline const Registrar<T> registrar{};

/// Defined by SEMPER_USER_PROCESS and called by the unit that semper_add_user_process()
/// generates: a class that was misread from the sources does not link.
template <class T>
void require();

} // namespace detail
} // namespace semper

/// Makes \a Class known by its name. Once for each class, in a source file, outside of any
/// namespace: SEMPER_USER_PROCESS(shop::MonitorProcess).
#define SEMPER_USER_PROCESS(Class)                                                                 \
    template <>                                                                                    \
    void semper::detail::require<::Class>()                                                        \
    {                                                                                              \
        static_cast<void>(&semper::detail::registrar<::Class>);                                    \
    }
