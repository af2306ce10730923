// SPDX-License-Identifier: LGPL-3.0-or-later
#include "process/password.h"

#include <QFile>

#include <stdexcept>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qint64 maximumBytes = 64 * 1024; ///< of a file: some are tokens

[[noreturn]] void refuse(const QString &why)
{
    throw std::runtime_error(why.toStdString());
}

} // namespace

QString passwordFromFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        refuse(u"the password: %1: %2"_s.arg(path, file.errorString()));
    QByteArray bytes = file.read(maximumBytes);
    while (bytes.endsWith('\n') || bytes.endsWith('\r'))
        bytes.chop(1);
    if (bytes.isEmpty())
        refuse(u"the password: %1 is empty"_s.arg(path));
    return QString::fromUtf8(bytes);
}

QString passwordFromVariable(const QString &name)
{
    const QString value = qEnvironmentVariable(name.toLocal8Bit().constData());
    if (value.isEmpty())
        refuse(u"the variable %1 holds no password"_s.arg(name));
    return value;
}

} // namespace semper
