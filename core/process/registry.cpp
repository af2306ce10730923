// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/registry.h>

#include <semper/userprocess.h>

#include <QMap>

namespace semper {

namespace {

// In a function: it is filled before main() runs, in no order that can be relied upon.
QMap<QString, UserProcessRegistry::Factory> &registered()
{
    static QMap<QString, UserProcessRegistry::Factory> classes;
    return classes;
}

} // namespace

void UserProcessRegistry::add(const char *className, Factory factory)
{
    const QString name = QString::fromLatin1(className);
    if (!registered().contains(name))
        registered().insert(name, factory);
}

bool UserProcessRegistry::contains(const QString &className)
{
    return registered().contains(className);
}

std::unique_ptr<UserProcess> UserProcessRegistry::create(const QString &className)
{
    const Factory factory = registered().value(className);
    return factory ? factory() : nullptr;
}

QStringList UserProcessRegistry::classNames()
{
    return registered().keys();
}

} // namespace semper
