// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QFile>
#include <QString>

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

namespace semper::test {

/// A file system that never answers, as that of a dead server: whoever looks for a file in it waits
/// until this object goes. Only for root, and where there is FUSE.
class SilentFileSystem
{
public:
    explicit SilentFileSystem(const QString &folder)
        : m_folder(QFile::encodeName(folder))
        , m_device(::open("/dev/fuse", O_RDWR | O_CLOEXEC))
    {
        const QByteArray options = "fd=" + QByteArray::number(m_device)
            + ",rootmode=40000,user_id=0,group_id=0,allow_other";
        m_isMounted = m_device >= 0
            && ::mount("silent", m_folder.constData(), "fuse", MS_NOSUID | MS_NODEV,
                   options.constData())
                == 0;
    }
    ~SilentFileSystem()
    {
        if (m_isMounted)
            ::umount2(m_folder.constData(), MNT_DETACH);
        if (m_device >= 0)
            ::close(m_device); // lets go who waits
    }
    Q_DISABLE_COPY_MOVE(SilentFileSystem)

    [[nodiscard]] bool isMounted() const { return m_isMounted; }

private:
    QByteArray m_folder;
    int m_device;
    bool m_isMounted = false;
};

} // namespace semper::test
