// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QFile>
#include <QString>

#include <sys/mount.h>

namespace semper::test {

/// A file system of few bytes, in memory, on a folder that is there. Only root can have one.
class SmallFileSystem
{
public:
    SmallFileSystem(const QString &folder, qint64 bytes)
        : m_folder(QFile::encodeName(folder))
        , m_isMounted(::mount("small", m_folder.constData(), "tmpfs", MS_NOSUID | MS_NODEV,
                          ("mode=0700,size=" + QByteArray::number(bytes)).constData())
              == 0)
    { }
    ~SmallFileSystem()
    {
        if (m_isMounted)
            ::umount2(m_folder.constData(), MNT_DETACH);
    }
    Q_DISABLE_COPY_MOVE(SmallFileSystem)

    [[nodiscard]] bool isMounted() const { return m_isMounted; }
    bool setReadOnly(bool isReadOnly)
    {
        return ::mount(nullptr, m_folder.constData(), nullptr,
                   MS_REMOUNT | MS_NOSUID | MS_NODEV | (isReadOnly ? MS_RDONLY : 0), nullptr)
            == 0;
    }
    /// Writes a file that takes all that is left, but for less than a page. Its path.
    QString fill() const
    {
        const QString path = QFile::decodeName(m_folder) + QStringLiteral("/ballast");
        QFile file(path);
        const QByteArray block(4096, 'x');
        if (file.open(QIODevice::WriteOnly | QIODevice::Unbuffered | QIODevice::Append))
            while (file.write(block) == block.size()) { }
        return path;
    }

private:
    QByteArray m_folder;
    bool m_isMounted;
};

} // namespace semper::test
